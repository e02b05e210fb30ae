// Signing in, and calls with the session. Its cookie is out of reach of scripts; its CSRF token, without which the cookie
// changes nothing, is in the local storage of this address: unlike the cookie it goes to no other port.

const CSRF = "faceforge.csrf";
const HEADER = "X-FaceForge-CSRF";
const root = document.documentElement;
const form = document.getElementById("sign-in");
const field = document.getElementById("token");

/** An error to show to a person: what happened and what to do next. */
export class Failure extends Error {
  constructor(message, hint = "", status = 0) {
    super([message, hint].filter(Boolean).join(" "));
    this.status = status;
  }
}

const csrf = () => localStorage.getItem(CSRF);

/** Whether the person is signed in, as far as this browser knows. */
export const isSignedIn = () => Boolean(csrf());

/** What a call sends beside the cookie, for a plain object of headers. */
export const proof = () => (csrf() ? { [HEADER]: csrf() } : {});

/** Call `react(signedIn)` now and whenever the person signs in or out. */
export function onSession(react) {
  document.addEventListener("faceforge:session", () => react(isSignedIn()));
  react(isSignedIn());
}

/** Fetch from Core with the session. Throws a Failure unless the answer is a success, or one that `accept` takes. */
export async function call(path, { accept = () => false, ...init } = {}) {
  const before = csrf();
  const response = await reach(path, init);
  if (csrf() !== before) throw new Failure("You signed out before the answer came.");
  if (response.ok || accept(response)) return response;
  const failure = await failureOf(response, "Your session has ended.", "Sign in again.");
  if (failure.status === 401) forget(failure.message);
  throw failure;
}

/** End the session, here and in Core. The person asked for it, so what they wrote in this tab goes too. */
export async function signOut() {
  const ending = reach("/v1/sessions/current", { method: "DELETE", keepalive: true }).catch(() => {});
  forget();
  await ending;
}

/** Forget the session, which has ended for a reason, unless the person ended it. */
export function forget(reason = "") {
  localStorage.removeItem(CSRF);
  if (!reason) {
    const own = Object.keys(sessionStorage).filter((key) => key.startsWith("faceforge."));
    own.forEach((key) => sessionStorage.removeItem(key));
  }
  changed();
  if (!form) return; // a page that anybody may read has no card to sign in
  notice(document.getElementById("sign-in-notice"), reason);
  field.focus();
}

/** Show `text` in a notice, or hide the notice when there is none. */
export function notice(element, text = "") {
  element.textContent = text;
  element.hidden = !text;
}

async function reach(path, init) {
  const headers = new Headers(init.headers);
  Object.entries(proof()).forEach(([name, value]) => headers.set(name, value));
  try {
    return await fetch(path, { ...init, headers, credentials: "same-origin", redirect: "error" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("Core does not answer.", "It may have stopped: start it again, then repeat this.");
  }
}

async function failureOf(response, refused, hint) {
  if (response.status === 401) return new Failure(refused, hint, 401);
  const wait = response.headers.get("Retry-After");
  if (response.status === 429) {
    return new Failure("Too many failed attempts.", `Try again in ${wait ?? "some"} seconds.`, 429);
  }
  const problem = await response.json().catch(() => ({}));
  const said = problem.detail || problem.title || `Core answered ${response.status} without a reason.`;
  return new Failure(said, problem.hint || "", response.status);
}

/** Sign in with what a person has: a token, a sign-in code, or a whole sign-in link. Throws a Failure. */
export async function signIn(given) {
  if (!given) throw new Failure("The field is empty.", "Paste a code or a token; how to get one is said below.");
  const code = codeIn(given);
  if (!code && !/^[\x21-\x7e]+$/.test(given)) throw new Failure("A token has no spaces or accents.", "Copy it once more.");
  const response = await reach("/v1/sessions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(code ? { code } : { token: given }),
  });
  if (!response.ok) throw await failureOf(response, ...(code ? VOID_CODE : VOID_TOKEN));
  localStorage.setItem(CSRF, (await response.json()).csrf_token);
  field.value = "";
  changed();
}

const VOID_CODE = ["This code has expired or was used.", "How to get another one is said below."];
const VOID_TOKEN = ["This token is not accepted.", "How to see the present one is said below."];

function codeIn(given) {
  const [, code = given] = given.split("/sign-in/");
  return code.replace(/[\s-]/g, "").length === 28 && !given.startsWith("ff_") ? code : "";
}

function changed() {
  root.dataset.session = isSignedIn() ? "in" : "out";
  document.dispatchEvent(new Event("faceforge:session"));
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  const place = document.getElementById("sign-in-notice");
  button.disabled = true;
  notice(place);
  try {
    await signIn(field.value.trim());
    document.getElementById("main").focus();
  } catch (failure) {
    notice(place, failure.message);
    field.focus();
  } finally {
    button.disabled = false;
  }
});
document.getElementById("sign-out")?.addEventListener("click", () => signOut());
// Another tab has signed in or out.
addEventListener("storage", ({ key }) => { if (key === CSRF || key === null) changed(); });
