// Signing in with what a person has: a sign-in code, a whole sign-in link, or a token.
import { begin, Failure, failureOf, isSignedIn, onSession, reach } from "../shell/session.js";

const VOID_CODE = ["This code has expired or was used.", "How to get another one is said below."];
const VOID_TOKEN = ["This token is not accepted.", "How to see the present one is said below."];

/** Sign in. Throws a Failure. */
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
  begin((await response.json()).csrf_token);
}

function codeIn(given) {
  const [, code = given] = given.split("/sign-in/");
  return code.replace(/[\s-]/g, "").length === 28 && !given.startsWith("ff_") ? code : "";
}

/** Show `text` in a notice, or hide the notice when there is none. */
export function notice(element, text = "") {
  element.textContent = text;
  element.hidden = !text;
}

class SignIn extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("input");
    this.place = this.querySelector("[role=alert]");
    this.form.addEventListener("submit", (event) => this.#send(event));
    let before = isSignedIn();
    onSession((signedIn, reason) => {
      if (reason || (before && !signedIn)) this.say(reason);
      before = signedIn;
    });
    if (!before && document.body.matches(".signing-in")) this.field.focus(); // there is nothing else to do here
  }

  /** Show why one has to sign in. */
  say(text) {
    notice(this.place, text);
    if (text) this.field.setAttribute("aria-invalid", "true");
    else this.field.removeAttribute("aria-invalid");
    this.field.focus();
  }

  async #send(event) {
    event.preventDefault();
    const button = this.querySelector("button");
    button.disabled = true;
    notice(this.place);
    this.field.removeAttribute("aria-invalid");
    try {
      await signIn(this.field.value.trim());
      this.field.value = "";
      document.getElementById("main").focus();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.say(failure.message);
    } finally {
      button.disabled = false;
    }
  }
}

if (!customElements.get("ff-sign-in")) customElements.define("ff-sign-in", SignIn);
