// <ff-preview data-address>: shows beneath a form what it would make, while it is being filled in. Nothing is stored.
import { swap } from "../../shell/swap.js";

const PAUSE_MS = 300;

class Preview extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", ({ target }) => this.soon(target.name === "fieldType"));
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
  }

  /** Another kind has other bounds, which are shown in the form itself. */
  soon(otherKind) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      const body = new URLSearchParams(new FormData(this.querySelector("form")));
      swap(otherKind ? "#bounds #look" : "#look", this.dataset.address, { body, history: "none", quiet: true });
    }, otherKind ? 0 : PAUSE_MS);
  }
}

customElements.define("ff-preview", Preview);
