// <ff-tag-field data-offers="/find/tags?of=files">: a field for one tag, which offers those in use. What is taken sends its form.
import { offersIn } from "./offers.js";

class TagField extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input");
    if (field.role === "combobox") return;
    const offers = offersIn(field, this.dataset.offers, { take: (tag) => this.take(field, tag) });
    field.addEventListener("input", () => offers.offer());
    field.addEventListener("keydown", (event) => offers.pressed(event));
  }

  take(field, tag) {
    field.value = tag;
    field.form.requestSubmit();
  }
}

if (!customElements.get("ff-tag-field")) customElements.define("ff-tag-field", TagField);
