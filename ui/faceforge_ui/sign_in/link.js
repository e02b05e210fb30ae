// The page behind a sign-in link: sends the code of its address, forgets the address, and leads on to the first page.
import { isSignedIn, onSession } from "../shell/session.js";
import { notice, signIn } from "./form.js";

const FIRST = "/"; // leads on to what is open to the person
const [, , code = ""] = location.pathname.split("/");

async function follow() {
  const waiting = document.getElementById("signing-in");
  waiting.hidden = false;
  history.replaceState(null, "", "/sign-in"); // a code stays in no history
  try {
    await signIn(decodeURIComponent(code));
  } catch (failure) {
    waiting.hidden = true;
    if (isSignedIn()) notice(document.getElementById("not-needed"), failure.message);
    else document.querySelector("ff-sign-in").say(failure.message);
    return;
  }
  location.replace(FIRST);
}

// A browser may draw a page ahead of its being opened: that uses up no code.
if (code && document.prerendering) document.addEventListener("prerenderingchange", follow, { once: true });
else if (code) follow();
else onSession((signedIn) => { if (signedIn) location.replace(FIRST); });
