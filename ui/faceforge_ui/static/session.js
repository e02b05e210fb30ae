// Signing in, and calls with the token. The token lives in this tab's session storage and in one header, nowhere else.

const TOKEN = "faceforge.token";
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

export const token = () => sessionStorage.getItem(TOKEN);

/** Call `react(signedIn)` now and whenever the person signs in or out. */
export function onSession(react) {
  document.addEventListener("faceforge:session", () => react(Boolean(token())));
  react(Boolean(token()));
}

/** Fetch from Core with the token. Throws a Failure unless the answer is a success, or one that `accept` takes. */
export async function call(path, { accept = () => false, ...init } = {}) {
  const bearer = token();
  const response = await reach(path, init, bearer);
  if (token() !== bearer) throw new Failure("You signed out before the answer came.");
  if (response.ok || accept(response)) return response;
  const failure = await failureOf(response);
  if (failure.status === 401) signOut(failure.message);
  throw failure;
}

/** Forget the token. Without a reason the person asked for it, so what they wrote in this tab goes too. */
export function signOut(reason = "") {
  const own = Object.keys(sessionStorage).filter((key) => key.startsWith("faceforge."));
  own.filter((key) => key === TOKEN || !reason).forEach((key) => sessionStorage.removeItem(key));
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

async function reach(path, init, bearer) {
  const headers = new Headers(init.headers);
  if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
  try {
    return await fetch(path, { ...init, headers, credentials: "omit", redirect: "error" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure("Core does not answer.", "It may have stopped: start it again, then repeat this.");
  }
}

async function failureOf(response) {
  if (response.status === 401) {
    return new Failure("This token is not accepted.", "How to see the present one is said below.", 401);
  }
  const wait = response.headers.get("Retry-After");
  if (response.status === 429) {
    return new Failure("Too many failed attempts.", `Try again in ${wait ?? "some"} seconds.`, 429);
  }
  const problem = await response.json().catch(() => ({}));
  const said = problem.detail || problem.title || `Core answered ${response.status} without a reason.`;
  return new Failure(said, problem.hint || "", response.status);
}

async function signIn(candidate) {
  if (!candidate) throw new Failure("The field is empty.", "Paste the token; how to see it is said below.");
  if (!/^[\x21-\x7e]+$/.test(candidate)) throw new Failure("A token has no spaces or accents.", "Copy it once more.");
  const response = await reach("/v1/tokens/current", {}, candidate);
  if (!response.ok) throw await failureOf(response);
  sessionStorage.setItem(TOKEN, candidate);
  field.value = "";
  changed();
}

function changed() {
  root.dataset.session = token() ? "in" : "out";
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
document.getElementById("sign-out").addEventListener("click", () => signOut());
