// The page in place of an address that needs a session: once there is one, the address itself is shown.
import { forget, isSignedIn, onSession, reach } from "../shell/session.js";
import "./form.js";

const TRIED = "faceforge.asked-again";
const SOON_MS = 5000;

/** Ask for the same address from here: a page of ours sends the cookie, whoever asked before. */
function askAgain() {
  sessionStorage.setItem(TRIED, String(Date.now()));
  location.replace(location.pathname + location.search); // with its fragment it would only move within the page
}

/** Whoever is signed in and comes by a link of another site is not let in at first: the cookie is sent to our pages only. */
async function begin() {
  if (!isSignedIn()) return;
  const before = Number(sessionStorage.getItem(TRIED) ?? 0);
  const response = Date.now() - before > SOON_MS ? await reach("/v1/sessions/current").catch(() => null) : null;
  if (response?.ok) askAgain();
  else forget("Your session has ended. Sign in again.");
}

let waiting = false;
begin().then(() => { waiting = true; });
onSession((signedIn) => { if (signedIn && waiting) askAgain(); });
