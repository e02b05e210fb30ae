// Tags that are in use, offered while one is written: asked for once, when somebody begins to write.
import { element } from "../design/element.js";
import { call } from "../shell/session.js";
import { Options } from "./options.js";

const MOST = 8;

export class TagOffers {
  #known = null;
  #shown = [];

  /** `take(tag)` is told the one that was taken; `without()` answers those that stand already. */
  constructor(field, address, { around, take, without = () => [] }) {
    this.field = field;
    this.address = address;
    this.without = without;
    this.options = new Options(field, { around, label: "Tags in use", take: (place) => { this.options.close(); take(this.#shown[place]); } });
    field.after(this.options.said, this.options.list);
  }

  get word() { return this.field.value.trim().toLowerCase(); }

  close() { this.options.close(); }

  /** Offer what begins with what is written, or has a part that does; the most used first. */
  async offer() {
    const { word } = this;
    this.#known ??= call(this.address).then((answer) => answer.json()).catch(() => []);
    const tags = await this.#known, present = this.without();
    if (document.activeElement !== this.field || this.word !== word) return;
    const fits = (tag) => tag.toLowerCase().split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word)) || tag.toLowerCase().startsWith(word);
    this.#shown = tags.filter((tag) => fits(tag) && tag !== this.field.value && !present.includes(tag)).slice(0, MOST);
    this.options.show(this.#shown.map((tag) => element("bdi", { className: "clip" }, tag)));
  }

  /** Whether a key was for the list. */
  pressed(event) {
    const { options } = this, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return false;
    if (step && options.isOpen) options.step(step);
    else if (step > 0) this.offer();
    else if (event.key === "Enter" && options.isOpen && options.at >= 0) options.take(options.at);
    else if (event.key === "Escape" && options.isOpen) options.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
