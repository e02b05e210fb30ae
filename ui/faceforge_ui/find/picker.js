// <ff-entity-picker name="entity_id">: choose entities by name, as a combobox (APG). What is chosen is sent under `name`.
//
//   <ff-entity-picker name="entity_id" label="Entity" multiple required without="ID ID">
//     <data value="ID">Mira Okonkwo</data>            already chosen
//   </ff-entity-picker>
//
// `src` is another address that answers as /find does (`{entities, files, complete}`). Fires `change`; `records` has what is
// chosen, `clear()` empties it. `help` is a line beneath the field.
import { element } from "../design/element.js";
import { Finder } from "../shell/finder.js";
import { icon } from "../shell/icon.js";
import { style } from "../shell/later.js";
import { Options } from "./options.js";

await style(new URL("./picker.css", import.meta.url));

let made = 0;

export class EntityPicker extends HTMLElement {
  #records = [];
  #begun = [];
  #shown = [];
  #finder = null;
  #field = null;
  #box = null;
  #options = null;
  #asked = "";

  /** What is chosen: [{id, name, picture, …}]. */
  get records() { return [...this.#records]; }
  get value() { return this.#records.map(({ id }) => id); }

  connectedCallback() {
    if (this.#field) return;
    this.#finder = new Finder(this.getAttribute("src") ?? "/find?of=entities");
    this.#records = [...this.querySelectorAll("data")].map((one) => ({ id: one.value, name: one.textContent }));
    this.#begun = this.#records;
    this.closest("form")?.addEventListener("reset", () => this.#reset());
    this.#build(`picker-${++made}`);
    this.#draw();
  }

  clear() {
    this.#records = [];
    this.#changed();
  }

  focus(options) { (this.#field.hidden ? this.#box.querySelector("button") : this.#field).focus(options); }

  #build(id) {
    const label = this.getAttribute("label") ?? "";
    const help = this.getAttribute("help") ?? "";
    this.#field = element("input", {
      id, type: "text", spellcheck: false, placeholder: this.getAttribute("placeholder") ?? "Search by name",
      oninput: () => this.#search(), onkeydown: (event) => this.#onKey(event),
    });
    if (!label) this.#field.ariaLabel = "Search by name";
    if (help) this.#field.setAttribute("aria-describedby", `${id}-help`);
    this.#box = element("div", { className: "tokens" }, this.#field);
    this.#box.addEventListener("click", ({ target }) => { if (target === this.#box) this.#field.focus(); });
    this.#options = new Options(this.#field, { around: this.#box, label: label || "Found", take: (place) => this.#take(this.#shown[place]) });
    const above = label ? element("label", { className: "label", htmlFor: id }, label) : "";
    const beneath = help ? element("p", { className: "muted small", id: `${id}-help` }, help) : "";
    this.replaceChildren(above, this.#box, beneath, this.#options.said, this.#options.list);
  }

  #draw() {
    const chips = this.#records.map((record) => element("span", { className: "chip" }, element("bdi", {}, record.name),
      element("button", { type: "button", className: "x", ariaLabel: `Remove ${record.name}`, onclick: () => this.#remove(record) }, icon("x")),
      element("input", { type: "hidden", name: this.getAttribute("name") ?? "", value: record.id })));
    this.#box.replaceChildren(...chips, this.#field);
    this.#field.hidden = !this.hasAttribute("multiple") && this.#records.length > 0;
    const missing = this.hasAttribute("required") && !this.#records.length;
    this.#field.setCustomValidity(missing ? "Choose somebody from the list." : "");
  }

  /** As the server wrote it: what the form did is done. */
  #reset() {
    this.#records = this.#begun;
    this.#draw();
    delete this.dataset.unsaved;
  }

  #changed() {
    this.#draw();
    this.dataset.unsaved = ""; // it is not replaced by what others change meanwhile
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #remove(record) {
    this.#records = this.#records.filter((one) => one !== record);
    this.#changed();
    this.#field.focus();
  }

  #take(record) {
    if (!record) return;
    this.#records = this.hasAttribute("multiple") ? [...this.#records, record] : [record];
    this.#field.value = "";
    this.#options.close();
    this.#changed();
    this.focus();
  }

  async #search() {
    const word = this.#asked = this.#field.value.trim();
    const found = this.#finder.known(word) ?? await this.#finder.find(word);
    if (!found || this.#asked !== word || document.activeElement !== this.#field) return;
    const without = [...(this.getAttribute("without") ?? "").split(/\s+/), ...this.value];
    this.#show([...found.entities, ...found.files].filter(({ id }) => !without.includes(id)), word);
  }

  #show(records, word) {
    this.#shown = records;
    const lines = records.map(({ name, note, picture }) => [
      picture ? element("img", { src: picture, alt: "", width: 28, height: 28 }) : icon("person"),
      element("span", { className: "grow clip" }, element("bdi", {}, name)), element("span", { className: "muted small" }, note ?? "")]);
    this.#options.show(lines, { at: 0, none: word ? `Nothing is called “${word}”.` : "Nothing is here yet." });
  }

  #onKey(event) {
    const { isOpen: open, at } = this.#options;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (step && !open) this.#search();
    else if (step) this.#options.step(step);
    else if (event.key === "Enter" && (open || this.#field.value)) this.#take(this.#shown[at]);
    else if (event.key === "Escape" && open) this.#options.close();
    else if (event.key === "Backspace" && !this.#field.value && this.#records.length) this.#remove(this.#records.at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

if (!customElements.get("ff-entity-picker")) customElements.define("ff-entity-picker", EntityPicker);
