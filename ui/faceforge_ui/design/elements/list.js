// What one does in a windowed list: move by keys, select, open. `ff-gallery` and `ff-table` say how it is laid out.

import { Chosen, MOST } from "./chosen.js";
import { listKeys } from "./list_keys.js";
import { Windowed } from "./windowed.js";

/**
 * The list is one tab stop: the cell at `current`, whose link opens it. A checkbox in a cell selects it, `[data-all]` all
 * that are loaded. Tells `ff:chosen` when the selection changes, with `ids`, `loaded` and `total`. The selection ends when
 * an element with `data-refreshes`, the id of the list, and `data-clears` is swapped.
 */
export class List extends Windowed {
  current = 0;
  chosen = new Chosen(() => this.mark());

  connectedCallback() {
    super.connectedCallback();
    this.mark();
  }

  listen() {
    super.listen();
    const { signal } = this.leaving;
    this.addEventListener("change", (event) => this.ticked(event), { signal });
    this.addEventListener("click", (event) => this.clicked(event), { signal });
    this.addEventListener("focusin", (event) => this.entered(event), { signal });
    this.giveBack = listKeys(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.giveBack?.();
  }

  /** How many can be selected. */
  get most() {
    return MOST;
  }

  dress(cell, index) {
    this.number(cell, index, this.total);
    const link = cell.querySelector("a[href]") ?? cell, tick = cell.querySelector("input[type=checkbox]");
    link.tabIndex = index === this.current ? 0 : -1;
    if (tick) tick.tabIndex = -1;
    this.tint(cell);
  }

  tint(cell) {
    const on = this.chosen.has(cell.dataset.id), tick = cell.querySelector("input[type=checkbox]");
    if (tick) tick.checked = on;
    cell.classList.toggle("chosen", on);
  }

  arrived(number, list) {
    super.arrived(number, list);
    this.mark();
  }

  told({ refreshes, clears }) {
    if (refreshes === this.id && clears !== undefined) this.chosen.clear();
    super.told({ refreshes });
  }

  indexOf(node) {
    const cell = node.closest?.(this.pattern);
    for (const [index, each] of this.shown) if (each === cell) return index;
    return -1;
  }

  entered({ target }) {
    const index = this.indexOf(target);
    if (index < 0 || index === this.current) return;
    this.makeCurrent(index);
  }

  makeCurrent(index) {
    const before = this.current;
    this.current = index;
    for (const place of [before, index]) if (this.shown.has(place)) this.dress(this.shown.get(place), place);
  }

  ticked({ target }) {
    if (target.matches("[data-all]")) return void (target.checked ? this.chosen.add(this.chunks.all()) : this.chosen.clear());
    const index = this.indexOf(target);
    if (index >= 0 && target.type === "checkbox") this.chosen.set(this.shown.get(index).dataset.id, index, target.checked);
  }

  clicked(event) {
    const index = this.indexOf(event.target);
    if (index < 0 || !event.shiftKey || !this.shown.get(index).dataset.id) return;
    event.preventDefault();
    this.chosen.upTo(index, this.chunks.all());
  }

  mark() {
    for (const cell of this.shown.values()) this.tint(cell);
    this.classList.toggle("selecting", this.chosen.ids.size > 0);
    const loaded = this.chunks.count(), all = this.querySelector("[data-all]");
    const whole = this.chosen.ids.size >= Math.min(loaded, MOST);
    if (all) [all.checked, all.indeterminate] = [whole, !whole && this.chosen.ids.size > 0];
    this.dispatchEvent(new CustomEvent("ff:chosen", { bubbles: true, detail: { ids: [...this.chosen.ids], loaded, total: this.total } }));
  }

  /** Move to a place of the list: bring it into view and give it the focus. */
  go(index) {
    if (!this.total) return;
    const place = Math.min(Math.max(index, 0), this.total - 1);
    this.makeCurrent(place);
    if (!this.inView(place)) this.scrollToPlace(place, true);
    this.draw();
    const cell = this.shown.get(place);
    if (!cell) return;
    this.focusCell(cell);
    if (place < this.layout.columns) scrollTo({ top: 0, behavior: "instant" });
    else cell.scrollIntoView({ block: "nearest" });
  }

  /** The place whose cell has the focus, or -1. */
  focused() {
    return this.shown.get(this.current)?.contains(document.activeElement) ? this.current : -1;
  }

  /** Another cell has come to the place that had the focus. */
  refocus(place) {
    if (place >= this.total) this.makeCurrent(this.total - 1);
    const cell = place >= 0 && this.shown.get(this.current);
    if (cell && !cell.contains(document.activeElement)) this.focusCell(cell);
  }

  focusCell(cell) {
    (cell.querySelector("a[href]") ?? cell).focus({ preventScroll: true });
  }

  inView(index) {
    const view = this.view(), y = Math.floor(index / this.layout.columns) * this.layout.row;
    return y > view.offset - this.layout.row && y < view.offset + view.screen;
  }

  scrollToPlace(index, centred = false) {
    const view = this.view(), y = Math.floor(index / this.layout.columns) * this.layout.row;
    const wished = Math.max(0, centred ? y - (view.screen - this.layout.row) / 2 : y);
    scrollBy({ top: wished / view.stretch - view.scrolled, behavior: "instant" });
  }
}
