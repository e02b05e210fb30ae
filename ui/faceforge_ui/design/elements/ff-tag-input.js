// Makes tokens of what is written in a `.tokens` field, such as tags: Enter or a comma makes one, Backspace takes the last
// away. Each token is a hidden input; what is still being written is sent, too. `data-offers` is where tags in use are asked for.
import { offersIn } from "../../find/offers.js";
import { icon } from "../../shell/icon.js";
import { element } from "../element.js";

const HEARD = ["click", "keydown", "input", "paste"];

export class TagInput extends HTMLElement {
  connectedCallback() {
    this.line = this.querySelector(".tokens > input:not([type=hidden])");
    for (const type of HEARD) this.addEventListener(type, this);
    this.begun = this.tokens;
    this.form = this.closest("form");
    this.form?.addEventListener("reset", this);
    if (this.dataset.offers) this.offers ??= this.offering();
  }

  disconnectedCallback() {
    for (const type of HEARD) this.removeEventListener(type, this);
    this.form?.removeEventListener("reset", this);
  }

  offering() {
    const around = this.querySelector(".tokens"), take = (tag) => { this.line.value = tag; this.take(); };
    return offersIn(this.line, this.dataset.offers, { around, take, without: () => this.values });
  }

  get tokens() {
    return [...this.querySelectorAll(".chip")];
  }

  /** The tags that stand, without what is still being written. */
  get values() {
    return this.tokens.map((token) => token.querySelector("input").value);
  }

  handleEvent(event) {
    if (event.type === "reset") this.reset();
    else if (event.type === "click") this.clicked(event);
    else if (event.target !== this.line) return;
    else if (event.type === "keydown") this.pressed(event);
    else if (event.type === "input") this.written();
    else if (event.type === "paste") this.pasted(event);
  }

  written() {
    if (this.line.value.includes(",")) this.take();
    else this.offers?.offer();
  }

  clicked(event) {
    const button = event.target.closest("button.x");
    if (button) this.drop(button.closest(".chip"));
    else if (event.target.matches(".tokens")) this.line.focus();
  }

  pressed(event) {
    if (event.isComposing || this.offers?.pressed(event)) return;
    if (event.key === "Enter" && this.line.value.trim()) {
      event.preventDefault(); // an empty line sends the form
      this.take();
    } else if (event.key === "Backspace" && this.line.value === "" && this.tokens.length) {
      this.drop(this.tokens.at(-1));
    }
  }

  pasted(event) {
    const text = event.clipboardData.getData("text/plain");
    if (!/[,\n]/.test(text)) return;
    event.preventDefault();
    this.line.value += text.trim().replace(/\s*\n\s*/g, ",");
    this.take();
  }

  /** Make tokens of what is written; commas divide. */
  take() {
    const present = new Set(this.values);
    for (const part of this.line.value.split(",")) {
      const text = part.trim();
      if (text && !present.has(text)) this.line.before(this.token(text));
      present.add(text);
    }
    this.line.value = "";
    this.offers?.close();
    this.changed();
  }

  drop(token) {
    token.remove();
    this.line.focus();
    this.changed();
  }

  token(text) {
    const hidden = element("input", { type: "hidden", name: this.line.name, value: text });
    const button = element("button", { type: "button", className: "x", "aria-label": `Remove ${text}` }, icon("x"));
    return element("span", { className: "chip" }, element("bdi", {}, text), hidden, button);
  }

  /** As the server wrote it: what the form did is done. */
  reset() {
    this.tokens.forEach((token) => token.remove());
    this.line.before(...this.begun);
    delete this.dataset.unsaved;
  }

  changed() {
    this.dataset.unsaved = ""; // it is not replaced by what others change meanwhile
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

if (!window.customElements.get("ff-tag-input")) window.customElements.define("ff-tag-input", TagInput);
