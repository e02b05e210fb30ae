// Calls with the session. Its cookie is out of reach of scripts; its CSRF token, without which the cookie changes nothing,
// is in the local storage of this address: unlike the cookie it goes to no other port.

const CSRF = "faceforge.csrf";
const HEADER = "X-FaceForge-CSRF";
const PATIENCE_MS = 5000;
const root = document.documentElement;

/** An error to show to a person: what happened and what to do next. `problem` is the body of the refusal. */
export class Failure extends Error {
  constructor(message, hint = "", status = 0, problem = {}) {
    super([message, hint].filter(Boolean).join(" "));
    this.status = status;
    this.problem = problem;
  }
}

const csrf = () => localStorage.getItem(CSRF);

/** Whether the person is signed in, as far as this browser knows. */
export const isSignedIn = () => Boolean(csrf());

/** What a call sends beside the cookie, for a plain object of headers. */
export const proof = () => (csrf() ? { [HEADER]: csrf() } : {});

/** Call `react(signedIn, reason)` now and whenever the person signs in or out. */
export function onSession(react) {
  document.addEventListener("ff:session", ({ detail }) => react(isSignedIn(), detail ?? ""));
  react(isSignedIn(), "");
}

/** Fetch from Core with the session. Throws a Failure unless the answer is a success, or one that `accept` takes. */
export async function call(path, { accept = () => false, ...init } = {}) {
  const before = csrf();
  const response = await reach(path, init);
  if (csrf() !== before) throw new Failure("You signed out before the answer came.");
  if (response.ok || accept(response)) return response;
  const failure = await failureOf(response);
  if (failure.status === 401) forget(failure.message);
  throw failure;
}

/** Fetch with the session, whatever the answer. Throws a Failure where none comes, AbortError where it was stopped. */
export async function reach(path, init = {}) {
  const headers = new Headers(init.headers);
  Object.entries(proof()).forEach(([name, value]) => headers.set(name, value));
  try {
    return await fetch(path, { redirect: "error", ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("FaceForge is not answering.", "Start it again if it was stopped, then repeat this.");
  }
}

/** The Failure that an answer tells of. */
export async function failureOf(response, refused = "Your session has ended.", hint = "Sign in again.") {
  if (response.status === 401) return new Failure(refused, hint, 401);
  const wait = response.headers.get("Retry-After");
  if (response.status === 429) {
    return new Failure("Too many failed attempts.", `Try again in ${wait ?? "some"} seconds.`, 429);
  }
  const problem = await response.json().catch(() => ({}));
  const said = problem.detail || problem.title || `FaceForge answered ${response.status} without a reason.`;
  return new Failure(said, problem.hint || "", response.status, problem);
}

/** Keep the CSRF token of a session that has begun. */
export function begin(token) {
  localStorage.setItem(CSRF, token);
  changed();
}

/** End the session, in Core and then here. The person asked for it, so what they wrote in this tab goes too. */
export async function signOut() {
  const ending = reach("/v1/sessions/current", { method: "DELETE", keepalive: true }).catch(() => {});
  // Before Core has ended it, a page that is loaded anew would still be that of the person.
  await Promise.race([ending, new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); })]);
  forget();
}

/** Forget the session, which has ended for a reason, unless the person ended it. */
export function forget(reason = "") {
  localStorage.removeItem(CSRF);
  if (!reason) {
    const own = Object.keys(sessionStorage).filter((key) => key.startsWith("faceforge."));
    own.forEach((key) => sessionStorage.removeItem(key));
  }
  changed(reason);
}

function changed(reason = "") {
  root.dataset.session = isSignedIn() ? "in" : "out";
  document.dispatchEvent(new CustomEvent("ff:session", { detail: reason }));
}

// Another tab has signed in or out.
addEventListener("storage", ({ key }) => { if (key === CSRF || key === null) changed(); });
