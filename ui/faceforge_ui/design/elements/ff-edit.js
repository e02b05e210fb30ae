// Editing in place: a click on the value opens its form, Esc leaves it, Ctrl Enter saves from within several lines, and the
// focus comes back. Shown: a link `.edit` that swaps the form in. Edited: a form whose `[data-cancel]` swaps the value back;
// `data-back` is the id of what has the focus then. A page may be loaded with its form open, by its address.
import { unask } from "../../shell/swap.js";

const HEARD = ["click", "keydown", "submit"];
const ASKED = ["edit", "add", "with"]; // what asks for a form in an address

export class Edit extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    for (const type of HEARD) this.addEventListener(type, this);
    if (!this.form) return;
    this.page = location.pathname;
    this.dataset.unsaved = ""; // it is not replaced by what others change meanwhile
    setTimeout(() => this.begin()); // after what is swapped in has been given the focus
  }

  disconnectedCallback() {
    for (const type of HEARD) this.removeEventListener(type, this);
    if (this.done) setTimeout(() => this.leave());
  }

  /** What was opened by the address is not to come again when the page is read anew. */
  leave() {
    const { back } = this.dataset;
    if (location.pathname !== this.page) return; // sent without an answer, and left
    if (document.querySelector(`ff-edit[data-back="${back}"] form`)) return; // it is back, with what is wrong in it
    unask(...ASKED);
    document.getElementById(back)?.focus();
  }

  async begin() {
    const coming = this.form.querySelector(":not(:defined)"); // a field whose code is on its way may be the first
    if (coming) await customElements.whenDefined(coming.localName);
    if (!this.isConnected || (coming && this.form.contains(document.activeElement))) return;
    const wrong = this.form.querySelector("[aria-invalid=true]");
    const first = wrong ?? this.form.querySelector("input:not([type=hidden]):not([type=radio]), input:checked, select, textarea");
    first?.focus();
    if (first?.matches("input[type=text], input:not([type])")) first.select();
  }

  handleEvent(event) {
    if (event.type === "submit") this.done = true;
    else if (event.type === "keydown") this.pressed(event);
    else if (event.target.closest("[data-cancel]")) this.done = true;
    else if (!this.form && !event.target.closest("a, button, input, summary") && !String(getSelection()))
      this.querySelector(".edit")?.click();
  }

  pressed(event) {
    if (!this.form || event.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.form.querySelector("[data-cancel]")?.click();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }
}

if (!window.customElements.get("ff-edit")) window.customElements.define("ff-edit", Edit);
