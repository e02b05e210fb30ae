// The page behind a sign-in link: sends the code of its address, forgets the address, and leads on to the first page.
import { isSignedIn, notice, onSession, signIn } from "../shell/session.js";

const [, , code = ""] = location.pathname.split("/");
const waiting = document.getElementById("signing-in");
const lead = (signedIn) => { if (signedIn) location.replace("/"); };

async function follow() {
  waiting.hidden = false;
  history.replaceState(null, "", "/sign-in"); // a code stays in no history
  try {
    await signIn(decodeURIComponent(code));
  } catch (failure) {
    waiting.hidden = true;
    notice(document.getElementById(isSignedIn() ? "not-needed" : "sign-in-notice"), failure.message);
    return;
  }
  location.replace("/");
}

// A browser may draw a page ahead of its being opened: that uses up no code.
if (code && document.prerendering) document.addEventListener("prerenderingchange", follow, { once: true });
else if (code) follow();
else onSession(lead);
