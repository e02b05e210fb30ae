// A long list of which only what is near the view is in the page; `ff-gallery` and `ff-table` say how it is laid out.

import { refresh } from "../../shell/swap.js";
import { Chosen, MOST } from "./chosen.js";
import { Chunks } from "./chunks.js";
import { listKeys } from "./list_keys.js";
import { hold, load } from "./pictures.js";

const TALLEST = 16_000_000; // pixels; browsers cap an element's height, the lowest known cap is 17.8 million
const CELLS = 120; // in the page at most, unless more are in view
const FAST = 3; // screens a second, over which no picture is asked for
const CALM = 120; // milliseconds without a scroll event
const LATER = 1000; // milliseconds from an event to asking again

/**
 * `data-total` how many there are, `data-next` the address of what follows the cells that the server has written,
 * `data-size` how many an answer has, `data-follow` the events after which it asks again, such as `entity.*`,
 * `data-also` the ids of elements that are then taken from the answer, too.
 * Each cell has `data-id` and `data-version`, and a link that opens it. Tells `ff:chosen` when the selection changes.
 */
export class Windowed extends HTMLElement {
  connectedCallback() {
    if (!this.chunks) this.begin();
    this.listen();
    this.arrange();
    this.mark();
  }

  /** Take over what the server has written. */
  begin() {
    const cells = [...this.holder.querySelectorAll(this.pattern)];
    this.total = this.dataset.next ? Number(this.dataset.total) : cells.length;
    this.shown = new Map(cells.entries());
    this.chosen = new Chosen(() => this.mark());
    this.chunks = new Chunks({
      cells,
      next: this.dataset.next,
      size: Number(this.dataset.size),
      take: (page) => this.take(page),
      arrived: (number, list) => this.arrived(number, list),
    });
    this.current = 0;
    this.speed = { at: performance.now(), top: scrollY, value: 0 };
    for (const [index, cell] of this.shown) this.dress(cell, index);
  }

  listen() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    document.addEventListener("scroll", () => this.scrolled(), { capture: true, passive: true, signal });
    document.addEventListener("ff:event", (event) => this.heard(event.detail), { signal });
    this.addEventListener("change", (event) => this.ticked(event), { signal });
    this.addEventListener("click", (event) => this.clicked(event), { signal });
    this.addEventListener("focusin", (event) => this.entered(event), { signal });
    this.giveBack = listKeys(this);
    this.watch = new ResizeObserver(() => this.arrange());
    this.watch.observe(this);
  }

  /** How many can be selected. */
  get most() {
    return MOST;
  }

  disconnectedCallback() {
    this.leaving?.abort();
    this.giveBack?.();
    this.watch?.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.calm);
    clearTimeout(this.later);
  }

  /** Measure anew, and keep what is in view where it is. */
  arrange() {
    const before = this.layout && this.view();
    const top = before && before.offset > 0 ? Math.floor(before.offset / this.layout.row) * this.layout.columns : 0;
    const layout = this.measure();
    const same = before && JSON.stringify(layout) === JSON.stringify(this.layout);
    if (same || !layout.row) return;
    this.layout = layout;
    this.classList.add("windowed");
    this.stretch();
    for (const [index, cell] of this.shown) this.place(cell, index);
    if (top) this.scrollToPlace(top);
    this.draw();
  }

  stretch() {
    const rows = Math.ceil(this.total / this.layout.columns);
    this.whole = Math.max(0, rows * this.layout.row - this.layout.gap);
    this.tall = Math.min(this.whole, TALLEST);
    this.setHeight(this.tall);
  }

  get top() {
    return this.holder.getBoundingClientRect().top;
  }

  /** Where the view stands: `scrolled` in pixels of the page, `offset` in pixels of the whole list. */
  view() {
    const screen = innerHeight, scrolled = -this.top;
    const within = Math.min(Math.max(scrolled, 0), Math.max(this.tall - screen, 0));
    const stretch = this.whole > this.tall ? (this.whole - screen) / (this.tall - screen) : 1;
    return { screen, scrolled, offset: scrolled + within * (stretch - 1), shift: within * (1 - stretch), stretch };
  }

  scrolled() {
    this.frame ||= requestAnimationFrame((now) => {
      this.frame = 0;
      const moved = Math.abs(scrollY - this.speed.top) / innerHeight;
      this.speed = { at: now, top: scrollY, value: (moved / Math.max(now - this.speed.at, 1)) * 1000 };
      this.draw();
    });
    clearTimeout(this.calm);
    this.calm = setTimeout(() => {
      this.speed.value = 0;
      this.draw();
    }, CALM);
  }

  /** Bring what is near the view into the page, and take the rest out. */
  draw() {
    if (!this.layout?.row) return;
    const { row, columns } = this.layout, view = this.view();
    const seen = Math.ceil(view.screen / row) + 1;
    const margin = Math.max(1, Math.min(Math.ceil(view.screen / row), Math.floor((CELLS / columns - seen) / 2)));
    const top = Math.floor(view.offset / row);
    const from = Math.min(Math.max(0, (top - margin) * columns), this.total);
    const to = Math.max(from, Math.min(this.total, (top + seen + margin) * columns));
    this.remove(from, to);
    for (let index = from; index < to; index++) this.show(index, this.chunks.cell(index));
    this.order();
    for (const [index, cell] of this.shown) {
      cell.classList.toggle("away", index < from || index >= to);
      this.place(cell, index, view.shift);
    }
    this.settle(from, to, view.shift);
    if (this.speed.value > FAST) return;
    for (const cell of this.shown.values()) load(cell);
    this.chunks.want(Math.max(0, from - 2 * seen * columns), Math.min(this.total, to + 2 * seen * columns));
  }

  remove(from, to) {
    const focused = this.shown.get(this.current)?.contains(document.activeElement) ? this.current : -1;
    for (const [index, cell] of this.shown) {
      if ((index >= from && index < to) || index === focused) continue;
      cell.remove();
      this.shown.delete(index);
    }
  }

  /** Let the cell stand at its place, or a grey one while it is not here. */
  show(index, cell) {
    const old = this.shown.get(index);
    if (old && (old === cell || !cell)) return;
    const made = cell ?? this.blank();
    this.dress(made, index);
    const focused = old?.contains(document.activeElement);
    if (old) old.replaceWith(made);
    this.shown.set(index, made);
    if (focused) this.focusCell(made);
  }

  /** The order in the page is that of the list, for whoever reads it or goes through it by Tab. */
  order() {
    let next = null;
    for (const index of [...this.shown.keys()].sort((a, b) => b - a)) {
      const cell = this.shown.get(index);
      if (cell.parentNode !== this.holder || cell.nextElementSibling !== next) this.holder.insertBefore(cell, next);
      next = cell;
    }
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

  take(page) {
    const list = page.getElementById(this.id);
    const cells = [...list.querySelectorAll(this.pattern)];
    for (const cell of cells) hold(cell);
    const passed = JSON.parse(list.dataset.passed || "{}");
    return { cells, next: list.dataset.next, total: list.dataset.total, passed, page };
  }

  arrived(number, list) {
    if (!this.isConnected) return;
    const end = list && !list.next ? this.chunks.start(number) + list.cells.length : null;
    const total = end ?? (list?.total ? Number(list.total) : this.total);
    if (list?.total || end !== null) this.resize(total, list.page);
    this.draw();
    this.mark();
  }

  /** Take over how many there are by now, and what else says so. */
  resize(total, page) {
    for (const id of (this.dataset.also ?? "").split(" ").filter(Boolean)) {
      const [old, made] = [document.getElementById(id), page.getElementById(id)];
      if (old && made && old.textContent !== made.textContent) old.replaceWith(document.adoptNode(made));
    }
    if (total === this.total) return;
    if (!total) return void refresh("#main"); // what an empty list looks like, the server knows
    this.total = total;
    this.stretch();
    for (const [index, cell] of this.shown) this.number(cell, index, total);
  }

  heard({ type = "" }) {
    const wanted = (this.dataset.follow ?? "").split(" ");
    if (!wanted.some((each) => (each.endsWith("*") ? type.startsWith(each.slice(0, -1)) : type === each))) return;
    this.later ??= setTimeout(() => this.refresh(), LATER);
  }

  /** Ask again for what is in view. */
  refresh() {
    clearTimeout(this.later);
    this.later = undefined;
    this.chunks.doubt();
    this.draw();
  }

  indexOf(node) {
    const cell = node.closest?.(this.pattern);
    for (const [index, each] of this.shown) if (each === cell) return index;
    return -1;
  }

  entered({ target }) {
    const index = this.indexOf(target);
    if (index < 0 || index === this.current) return;
    const before = this.shown.get(this.current);
    this.current = index;
    for (const [place, cell] of [[-1, before], [index, this.shown.get(index)]]) if (cell) this.dress(cell, place < 0 ? this.indexOf(cell) : place);
  }

  ticked({ target }) {
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
    if (!this.chunks) return;
    for (const cell of this.shown.values()) this.tint(cell);
    this.classList.toggle("selecting", this.chosen.ids.size > 0);
    const loaded = [...this.chunks.all()].length;
    this.dispatchEvent(new CustomEvent("ff:chosen", { bubbles: true, detail: { ids: [...this.chosen.ids], loaded, total: this.total } }));
  }

  /** Move to a place of the list: bring it into view and give it the focus. */
  go(index) {
    if (!this.total) return;
    const place = Math.min(Math.max(index, 0), this.total - 1);
    const before = this.shown.get(this.current);
    this.current = place;
    if (before) this.dress(before, this.indexOf(before));
    if (!this.inView(place)) this.scrollToPlace(place, true);
    this.draw();
    const cell = this.shown.get(place);
    if (!cell) return;
    this.dress(cell, place);
    this.focusCell(cell);
    if (place < this.layout.columns) scrollTo({ top: 0, behavior: "instant" });
    else cell.scrollIntoView({ block: "nearest" });
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
