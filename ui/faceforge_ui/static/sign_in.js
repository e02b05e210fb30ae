// The page behind a sign-in link: sends the code of its address, forgets the address, and leads on to the first page.
import { notice, onSession, signIn } from "./session.js";

const [, , code] = location.pathname.split("/");
const waiting = document.getElementById("signing-in");

async function follow() {
  waiting.hidden = false;
  try {
    await signIn(decodeURIComponent(code));
  } catch (failure) {
    notice(document.getElementById("sign-in-notice"), failure.message);
  } finally {
    waiting.hidden = true;
    history.replaceState(null, "", "/sign-in"); // the code stands in no history
  }
}

// A browser may draw a page ahead of its being opened: that uses up no code.
if (code && document.prerendering) document.addEventListener("prerenderingchange", follow, { once: true });
else if (code) await follow();
onSession((signedIn) => { if (signedIn && !code) location.replace("/"); });
