// <ff-looks>: marks what this browser has chosen, and takes a new choice at once.
import { choose, looks } from "../../shell/looks.js";

class Looks extends HTMLElement {
  connectedCallback() {
    this.show = () => this.mark();
    this.addEventListener("change", ({ target }) => {
      choose(target.name, target.type === "checkbox" ? (target.checked ? "on" : "off") : target.value);
    });
    document.addEventListener("ff:looks", this.show);
    addEventListener("storage", this.show);
    this.mark();
  }

  disconnectedCallback() {
    document.removeEventListener("ff:looks", this.show);
    removeEventListener("storage", this.show);
  }

  mark() {
    for (const [name, value] of Object.entries(looks())) {
      for (const input of this.querySelectorAll(`[name="${name}"]`)) {
        input.checked = input.type === "checkbox" ? value === "on" : input.value === value;
      }
    }
  }
}

customElements.define("ff-looks", Looks);
