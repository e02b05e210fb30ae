// A long list of which only what is near the view is in the page; what one does in it is in `list.js`.

import { isOf } from "../../shell/live.js";
import { refresh } from "../../shell/swap.js";
import { Chunks } from "./chunks.js";
import { again, hold, load } from "./pictures.js";

const TALLEST = 16_000_000; // pixels; browsers cap an element's height, the lowest known cap is 17.8 million
const CELLS = 120; // in the page at most, unless more are in view
const FAST = 3; // screens a second, over which no picture is asked for
const CALM = 120; // milliseconds without a scroll event
const LATER = 1000; // milliseconds from an event to asking again

/**
 * `data-total` how many there are, `data-next` the address of what follows the cells that the server has written,
 * `data-size` how many an answer has, `data-follow` the events after which it asks again, such as `entity.*`,
 * `data-also` the ids of elements that are then taken from the answer, too.
 * An element with `data-refreshes`, the id of the list, makes it ask again when it is
 * swapped.
 * Each cell has `data-id` and `data-version`: of equal ones the one that is here stays.
 */
export class Windowed extends HTMLElement {
  connectedCallback() {
    if (!this.chunks) this.begin();
    this.listen();
    this.arrange();
  }

  /** Take over what the server has written. */
  begin() {
    const cells = [...this.holder.querySelectorAll(this.pattern)];
    this.total = this.dataset.next ? Number(this.dataset.total) : cells.length;
    this.shown = new Map(cells.entries());
    this.chunks = new Chunks({
      cells,
      here: location.href,
      next: this.dataset.next,
      size: Number(this.dataset.size),
      take: (page) => this.take(page),
      arrived: (number, list) => this.arrived(number, list),
    });
    this.speed = { at: performance.now(), top: scrollY, value: 0 };
    this.dressed = new WeakMap(); // cell -> the place it was dressed for
    for (const [index, cell] of this.shown) this.dress(cell, index);
  }

  listen() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    document.addEventListener("scroll", () => this.scrolled(), { capture: true, passive: true, signal });
    this.addEventListener("error", ({ target }) => again(target), { capture: true, signal });
    document.addEventListener("ff:event", (event) => this.heard(event.detail), { signal });
    document.addEventListener("ff:swapped", ({ target }) => this.told(target.dataset), { signal });
    this.watch = new ResizeObserver(() => this.arrange());
    this.watch.observe(this);
  }

  disconnectedCallback() {
    this.leaving?.abort();
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
    const focused = this.focused();
    this.shown = this.wanted(from, to, focused);
    for (const [index, cell] of this.shown) {
      if (this.dressed.get(cell) !== index) this.dress(cell, index);
      this.dressed.set(cell, index);
    }
    this.order();
    this.refocus(focused);
    for (const [index, cell] of this.shown) {
      cell.classList.toggle("away", index < from || index >= to);
      this.place(cell, index, view.shift);
    }
    this.settle(from, to, view.shift);
    if (this.speed.value > FAST) return;
    for (const cell of this.shown.values()) load(cell);
    this.chunks.want(Math.max(0, from - 2 * seen * columns), Math.min(this.total, to + 2 * seen * columns));
  }

  /** What is to be in the page, by its place: also the cell that has the focus, wherever it is. */
  wanted(from, to, focused) {
    const wanted = new Map(), taken = new Set();
    for (let index = from; index < to; index++) {
      const cell = this.chunks.cell(index);
      if (cell) taken.add(cell);
      wanted.set(index, cell);
    }
    for (const [index, cell] of wanted) {
      const old = this.shown.get(index);
      if (!cell) wanted.set(index, old && !taken.has(old) ? old : this.blank());
    }
    const kept = this.shown.get(focused);
    if (kept && focused < this.total && !wanted.has(focused) && !taken.has(kept)) wanted.set(focused, kept);
    return wanted;
  }

  /** The order in the page is that of the list, for whoever reads it or goes through it by Tab. */
  order() {
    const wanted = new Set(this.shown.values());
    for (const cell of this.holder.querySelectorAll(":scope > *")) if (!wanted.has(cell)) cell.remove();
    let next = null;
    for (const index of [...this.shown.keys()].sort((a, b) => b - a)) {
      const cell = this.shown.get(index);
      if (cell.parentNode !== this.holder || cell.nextElementSibling !== next) this.holder.insertBefore(cell, next);
      next = cell;
    }
  }

  take(page) {
    const list = page.getElementById(this.id);
    if (!list) return { cells: [], next: "", total: "0", page }; // the list has become empty
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
  }

  /** Take over how many there are by now, and what else says so. */
  resize(total, page) {
    for (const id of (this.dataset.also ?? "").split(" ").filter(Boolean)) {
      const [old, made] = [document.getElementById(id), page.getElementById(id)];
      if (old && made?.textContent.trim() && old.textContent !== made.textContent) old.replaceWith(document.adoptNode(made));
    }
    if (total === this.total) return;
    if (!total) return void refresh("#main"); // what an empty list looks like, the server knows
    this.total = total;
    this.stretch();
    for (const [index, cell] of this.shown) this.number(cell, index, total);
  }

  told({ refreshes }) {
    if (refreshes === this.id) this.refresh();
  }

  heard({ type }) {
    if (isOf(type, this.dataset.follow)) this.later ??= setTimeout(() => this.refresh(), LATER);
  }

  /** Ask again for what is in view. */
  refresh() {
    clearTimeout(this.later);
    this.later = undefined;
    this.chunks.doubt();
    this.draw();
  }
}
