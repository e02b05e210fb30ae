// Editing in place: a click on the value opens its form, Esc leaves it, Ctrl Enter saves from within several lines, and the
// focus comes back. Shown: a link `.edit` that swaps the form in. Edited: a form whose `[data-cancel]` swaps the value back;
// `data-back` is the id of what has the focus then, `data-asked` what asks for the form in the address of a page.
import { unask } from "../../shell/swap.js";

const HEARD = ["click", "keydown", "submit"];

export class Edit extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    for (const type of HEARD) this.addEventListener(type, this);
    if (!this.form) return;
    this.dataset.unsaved = ""; // it is not replaced by what others change meanwhile
    setTimeout(() => this.begin()); // after what is swapped in has been given the focus
  }

  disconnectedCallback() {
    for (const type of HEARD) this.removeEventListener(type, this);
    const { asked, back } = this.dataset;
    if (!this.form || document.querySelector(`ff-edit[data-back="${back}"] form`)) return; // it is back, with what is wrong in it
    unask(asked); // it is not to come again when the page is read anew
    if (this.done) setTimeout(() => document.getElementById(back)?.focus());
  }

  async begin() {
    const coming = this.form.querySelector(":not(:defined, ff-rows)"); // a field whose code is on its way may be the first
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
