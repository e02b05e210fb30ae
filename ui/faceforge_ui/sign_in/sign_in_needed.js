// The page in place of an address that needs a session: once there is one, the address itself is shown.
import { forget, isSignedIn, onSession } from "../shell/session.js";

// The browser has asked with all that it has, and was not let in.
if (isSignedIn()) forget("Your session has ended. Sign in again.");
onSession((signedIn) => { if (signedIn) location.reload(); });
