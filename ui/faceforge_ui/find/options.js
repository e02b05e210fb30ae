// What a field offers beneath it, as a combobox does (APG): lines that the arrows move through while the focus stays in the
// field. Who makes one puts `list` and `said` into the page, shows lines, and is told which was taken.
import { element } from "../design/element.js";
import { style } from "../shell/later.js";

await style(new URL("./options.css", import.meta.url));

const ROOM = 320, LEAST = 260; // pixels: how high the list is at most; with less than this beneath, it opens above

let made = 0;

export class Options {
  at = -1;

  /** `around` is what the list is as wide as; `take(place)` is told the place of the line that was taken. */
  constructor(field, { around = field, label, take }) {
    this.field = field;
    this.around = around;
    this.take = take;
    this.list = element("ul", { id: `options-${++made}`, className: "options", role: "listbox", ariaLabel: label, popover: "manual" });
    this.said = element("span", { className: "unseen", role: "status" });
    Object.assign(field, { role: "combobox", autocomplete: "off", ariaExpanded: "false", ariaAutoComplete: "list" });
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", ({ target }) => this.pressed(target.closest("[role=option]")));
  }

  get isOpen() { return this.list.matches(":popover-open"); }
  get lines() { return [...this.list.querySelectorAll("[role=option]")]; }

  /** Show lines, made of what `content` has for each; the one at the place `at` is chosen. */
  show(contents, { at = -1, none } = {}) {
    const lines = contents.map((content, place) => element("li", { role: "option", id: `${this.list.id}-${place}` }, content));
    if (!lines.length && !none) return this.close();
    this.list.replaceChildren(...(lines.length ? lines : [element("li", { className: "h", role: "presentation" }, none)]));
    this.said.textContent = `${lines.length || "Nothing"} found`;
    this.open();
    this.choose(lines.length ? at : -1);
  }

  pressed(line) {
    if (line) this.take(this.lines.indexOf(line));
  }

  choose(at) {
    this.at = at;
    this.lines.forEach((one, place) => { one.ariaSelected = String(place === at); });
    const line = this.lines[at];
    if (line) this.field.setAttribute("aria-activedescendant", line.id);
    else this.field.removeAttribute("aria-activedescendant");
    line?.scrollIntoView({ block: "nearest" });
  }

  /** One down (1) or up (-1); at the ends it goes round. */
  step(by) {
    const { length } = this.lines;
    if (length) this.choose(this.at < 0 && by < 0 ? length - 1 : (this.at + by + length) % length);
  }

  open() {
    const { left, right, top, bottom } = this.around.getBoundingClientRect();
    const above = innerHeight - bottom < LEAST && top > innerHeight - bottom;
    Object.assign(this.list.style, {
      left: `${left}px`, width: `${Math.max(right - left, 160)}px`, maxHeight: `${Math.min(ROOM, (above ? top : innerHeight - bottom) - 16)}px`,
      top: above ? "auto" : `${bottom + 4}px`, bottom: above ? `${innerHeight - top + 4}px` : "auto",
    });
    if (!this.isOpen) this.list.showPopover();
    this.field.ariaExpanded = "true";
  }

  close() {
    if (this.isOpen) this.list.hidePopover();
    this.field.ariaExpanded = "false";
    this.choose(-1);
  }
}
