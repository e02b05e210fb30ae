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

await style(new URL("./picker.css", import.meta.url));

let made = 0;

export class EntityPicker extends HTMLElement {
  #records = [];
  #shown = [];
  #at = -1;
  #finder = null;
  #field = null;
  #box = null;
  #list = null;
  #asked = "";

  /** What is chosen: [{id, name, picture, …}]. */
  get records() { return [...this.#records]; }
  get value() { return this.#records.map(({ id }) => id); }

  connectedCallback() {
    if (this.#field) return;
    this.#finder = new Finder(this.getAttribute("src") ?? "/find?of=entities");
    this.#records = [...this.querySelectorAll("data")].map((one) => ({ id: one.value, name: one.textContent }));
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
    this.#list = element("ul", { id: `${id}-list`, className: "options", role: "listbox", ariaLabel: label || "Found", popover: "manual" });
    this.#field = element("input", {
      id, type: "text", role: "combobox", autocomplete: "off", spellcheck: false, ariaExpanded: "false", ariaAutoComplete: "list",
      "aria-controls": this.#list.id, placeholder: this.getAttribute("placeholder") ?? "Search by name",
      oninput: () => this.#search(), onkeydown: (event) => this.#onKey(event), onblur: () => this.#close(),
    });
    if (!label) this.#field.ariaLabel = "Search by name";
    if (help) this.#field.setAttribute("aria-describedby", `${id}-help`);
    this.#box = element("div", { className: "tokens" }, this.#field);
    this.#box.addEventListener("click", ({ target }) => { if (target === this.#box) this.#field.focus(); });
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.#list.addEventListener("click", ({ target }) => this.#take(this.#shown[this.#options().indexOf(target.closest("li"))]));
    const above = label ? element("label", { className: "label", htmlFor: id }, label) : "";
    const beneath = help ? element("p", { className: "muted small", id: `${id}-help` }, help) : "";
    this.replaceChildren(above, this.#box, beneath, this.#list);
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
    this.#close();
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
    const lines = records.map(({ name, note, picture }, at) => element("li", { role: "option", id: `${this.#field.id}-${at}` },
      picture ? element("img", { src: picture, alt: "", width: 28, height: 28 }) : icon("person"),
      element("span", { className: "grow clip" }, element("bdi", {}, name)), element("span", { className: "muted small" }, note ?? "")));
    const none = element("li", { className: "h", role: "presentation" }, word ? `Nothing is called “${word}”.` : "Nothing is here yet.");
    this.#list.replaceChildren(...(lines.length ? lines : [none]));
    this.#open();
    this.#choose(lines.length ? 0 : -1);
  }

  #options() { return [...this.#list.querySelectorAll("[role=option]")]; }

  #choose(at) {
    this.#at = at;
    this.#options().forEach((one, index) => { one.ariaSelected = String(index === at); });
    const option = this.#options()[at];
    if (option) this.#field.setAttribute("aria-activedescendant", option.id);
    else this.#field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #open() {
    const { left, right, top, bottom } = this.#box.getBoundingClientRect();
    const above = innerHeight - bottom < 260 && top > innerHeight - bottom;
    Object.assign(this.#list.style, {
      left: `${left}px`, width: `${right - left}px`, maxHeight: `${Math.min(320, (above ? top : innerHeight - bottom) - 16)}px`,
      top: above ? "auto" : `${bottom + 4}px`, bottom: above ? `${innerHeight - top + 4}px` : "auto",
    });
    if (!this.#list.matches(":popover-open")) this.#list.showPopover();
    this.#field.ariaExpanded = "true";
  }

  #close() {
    if (this.#list.matches(":popover-open")) this.#list.hidePopover();
    this.#field.ariaExpanded = "false";
    this.#choose(-1);
  }

  #onKey(event) {
    const open = this.#list.matches(":popover-open");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (step && !open) this.#search();
    else if (step) this.#choose((this.#at + step + this.#shown.length) % Math.max(this.#shown.length, 1));
    else if (event.key === "Enter" && (open || this.#field.value)) this.#take(this.#shown[this.#at]);
    else if (event.key === "Escape" && open) this.#close();
    else if (event.key === "Backspace" && !this.#field.value && this.#records.length) this.#remove(this.#records.at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

if (!customElements.get("ff-entity-picker")) customElements.define("ff-entity-picker", EntityPicker);
