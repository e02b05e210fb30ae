// <ff-justified>: pictures of any shape in rows that fill the width. It lays out what the server has written, keeps only what is
// near the screen in the page, and takes further pages from the link to them.
//
//   <ff-justified class="justified" id="files" role="list" data-total="214" data-follow="asset.* link.*" data-also="count">
//     <li class="tile" data-id="…" data-version="3" data-ratio="0.8"><a href="…"></a><img …></li>      `ui.file_tile` makes it
//     <a class="more" href="…">Show more files</a>        the next page, which has this element, too
//   </ff-justified>
//
// `data-lines`: show that many rows and no more. `data-follow`: the events after which it looks for what is new, `data-also` the
// ids of elements that are then taken from the answer, too. A tile with a tick can be selected: tells `ff:chosen`, as ff-bulk wants.
// A tile with `data-guess` has a shape that is not known yet: its picture tells it.

import { Chosen, MOST } from "./chosen.js";
import { justifiedKeys } from "./justified_keys.js";
import { fit, justify } from "./justify.js";
import { isOf } from "../../shell/live.js";
import { refresh } from "../../shell/swap.js";
import { hold, load } from "./pictures.js";

const WISHED = 150; // pixels at the usual size of text
const GAP = 6;
const FEW = 120; // as many tiles may all stay in the page
const NARROWEST = 0.4;
const WIDEST = 3.2;
const FAST = 3; // screens a second, over which no picture is asked for
const MOST_PAGES = 10; // that are asked for again at once
const LATER = 1000; // milliseconds from an event to asking again

class Justified extends HTMLElement {
  tiles = []; // all that are loaded, also those out of the page
  rows = [];
  places = [];
  current = 0; // the one tab stop: the tile that had the focus last
  chosen = new Chosen(() => this.mark());
  chunks = { all: () => this.tiles.entries() };
  #more = null;
  #loading = false;
  #frame = 0;
  #width = 0;
  #kept = 0; // rows
  #at = new Map(); // tile -> its number
  #seen = { top: 0, at: 0, speed: 0 };

  get most() { return MOST; }

  get total() { return Math.max(Number(this.dataset.total) || 0, this.tiles.length); }

  connectedCallback() {
    if (!this.tiles.length) [this.tiles, this.#more] = found(this);
    this.#width = 0;
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    document.addEventListener("scroll", () => this.#scrolled(), { passive: true, capture: true, signal });
    document.addEventListener("ff:event", ({ detail }) => this.#heard(detail), { signal });
    document.addEventListener("ff:swapped", ({ target }) => target.dataset.refreshes === this.id && this.refresh(true), { signal });
    this.addEventListener("load", ({ target }) => this.#learned(target), { capture: true, signal });
    this.addEventListener("focusin", ({ target }) => this.#entered(this.indexOf(target)), { signal });
    this.addEventListener("change", ({ target }) => this.#ticked(target), { signal });
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.giveBack = justifiedKeys(this);
    this.watch = new ResizeObserver(() => this.#resized());
    this.watch.observe(this);
    this.#resized();
    this.mark();
  }

  disconnectedCallback() {
    this.leaving.abort();
    this.giveBack();
    this.watch.disconnect();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.later);
    this.#frame = this.later = 0;
  }

  indexOf(node) { return this.#at.get(node?.closest?.("[data-ratio]")) ?? -1; }

  #resized() {
    if (this.clientWidth === this.#width || !this.clientWidth) return;
    this.#width = this.clientWidth;
    this.#kept = 0;
    this.#lay();
  }

  #lay() {
    const text = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const wished = WISHED * text * (innerWidth < 640 ? 0.72 : 1);
    const lines = Number(this.dataset.lines) || Infinity;
    const ratios = this.tiles.map((tile) => Math.min(WIDEST, Math.max(NARROWEST, Number(tile.dataset.ratio) || 1)));
    const all = justify(ratios, this.#width, wished, GAP);
    // The style sheet has kept room for so many rows; to have fewer would move what lies beneath.
    if (lines < Infinity && !this.classList.contains("placed")) this.#kept = Math.round((this.clientHeight + GAP) / (wished + GAP));
    const rows = (all.length < this.#kept ? justify(ratios, this.#width, wished, GAP, false) : all).slice(0, lines);
    this.rows = lines < Infinity ? fit(rows, wished * rows.length + GAP * (rows.length - 1), GAP)
      : rows.map((row) => ({ ...row, natural: row.height }));
    this.#at = new Map(this.tiles.map((tile, at) => [tile, at]));
    this.places = this.rows.flatMap((row) => {
      let left = 0;
      return ratios.slice(row.from, row.to).map((ratio) => {
        const place = { left, top: row.top, width: ratio * row.natural, height: row.height };
        left += place.width + GAP;
        return place;
      });
    });
    const last = this.rows.at(-1);
    const height = last ? last.top + last.height : 0;
    this.classList.add("placed");
    this.style.height = `${height + (this.#more ? 60 : 0)}px`;
    if (this.#more) this.#more.style.top = `${height + 12}px`;
    this.show(true);
  }

  #learned(picture) {
    const tile = picture.closest?.("[data-guess]");
    if (!tile || !picture.naturalHeight) return;
    delete tile.dataset.guess;
    tile.dataset.ratio = picture.naturalWidth / picture.naturalHeight;
    this.relay ||= setTimeout(() => { this.relay = 0; this.#lay(); }, 100);
  }

  #scrolled() {
    this.#frame ||= requestAnimationFrame((now) => {
      this.#frame = 0;
      const moved = Math.abs(scrollY - this.#seen.top) / innerHeight;
      this.#seen = { top: scrollY, at: now, speed: (moved * 1000) / Math.max(now - this.#seen.at, 1) };
      this.show();
      clearTimeout(this.calm);
      if (this.#seen.speed > FAST) this.calm = setTimeout(() => { this.#seen.speed = 0; this.show(); }, 120);
    });
  }

  /** Let what is within a screen of the view be in the page, and the tile with the focus; `placed`: at new places. */
  show(placed = false) {
    const above = -this.getBoundingClientRect().top;
    const near = (place) => place.top < above + innerHeight * 2 && place.top + place.height > above - innerHeight;
    const few = this.tiles.length <= FEW;
    const rows = few ? this.rows : this.rows.filter(near);
    const [from, to] = rows.length ? [rows[0].from, rows.at(-1).to] : [0, 0];
    const focused = this.indexOf(document.activeElement);
    const wanted = [...Array(to - from).keys()].map((at) => at + from);
    if (this.places[focused] && focused < from) wanted.unshift(focused);
    if (this.places[focused] && focused >= to) wanted.push(focused);
    const kept = new Set(wanted.map((at) => this.tiles[at]));
    for (const each of [...this.children]) if (each !== this.#more && !kept.has(each)) each.remove();
    let before = null;
    for (const at of wanted) {
      const tile = this.tiles[at];
      const added = tile.parentNode !== this;
      if (added && before) before.after(tile);
      else if (added) this.prepend(tile);
      if (added || placed) this.#put(tile, this.places[at], at);
      if (this.#seen.speed <= FAST) load(tile);
      before = tile;
    }
    const last = this.rows.at(-1);
    if (this.#more && last && last.top < above + innerHeight * 3) this.#further();
    if (this.stale && above < innerHeight) this.refresh();
  }

  #put(tile, place, at) {
    for (const [name, value] of Object.entries(place)) tile.style[name] = `${value}px`;
    tile.setAttribute("aria-posinset", at + 1);
    tile.setAttribute("aria-setsize", this.total);
    this.#dress(tile, at);
  }

  #dress(tile, at) {
    const [link, tick] = [tile.querySelector("a"), tile.querySelector("input[type=checkbox]")];
    if (link) link.tabIndex = at === Math.min(this.current, this.tiles.length - 1) ? 0 : -1;
    if (!tick) return;
    tick.tabIndex = -1;
    tick.checked = this.chosen.has(tile.dataset.id);
  }

  /** Tell what is selected. */
  mark() {
    for (const tile of this.children) if (this.#at.has(tile)) this.#dress(tile, this.#at.get(tile));
    this.classList.toggle("selecting", this.chosen.ids.size > 0);
    const detail = { ids: [...this.chosen.ids], loaded: this.tiles.length, total: this.total };
    this.dispatchEvent(new CustomEvent("ff:chosen", { bubbles: true, detail }));
  }

  /** Give a tile the focus, wherever it is. */
  go(to) {
    const tile = this.tiles[to];
    if (!this.places[to]) return;
    if (tile.parentNode !== this) {
      this.insertBefore(tile, this.tiles.slice(to + 1).find((next) => next.parentNode === this) ?? null);
      this.#put(tile, this.places[to], to);
    }
    tile.querySelector("a")?.focus({ preventScroll: true });
    tile.scrollIntoView({ block: "nearest" });
  }

  #entered(at) {
    if (at < 0 || at === this.current) return;
    const before = this.current;
    this.current = at;
    for (const each of [before, at]) if (this.tiles[each]) this.#dress(this.tiles[each], each);
  }

  #ticked(tick) {
    const at = tick.type === "checkbox" ? this.indexOf(tick) : -1;
    if (at >= 0) this.chosen.set(this.tiles[at].dataset.id, at, tick.checked);
  }

  #clicked(event) {
    const at = event.shiftKey ? this.indexOf(event.target) : -1;
    if (at < 0 || !this.tiles[at].querySelector("input[type=checkbox]")) return;
    event.preventDefault();
    this.chosen.upTo(at, this.chunks.all());
  }

  async #further() {
    if (this.#loading || this.dataset.lines) return;
    this.#loading = true; // what fails is not asked for again: the link stays, and a click on it says what is wrong
    const page = await ask(this.#more.href);
    const list = page?.getElementById(this.id);
    if (!list || !this.isConnected) return;
    const [tiles, more] = found(list);
    const known = new Set(this.tiles.map((tile) => tile.dataset.id));
    this.#take([...this.tiles, ...tiles.filter((tile) => !tile.dataset.id || !known.has(tile.dataset.id))], more);
    this.#loading = false;
  }

  #take(tiles, more) {
    const kept = new Set(tiles);
    this.tiles.forEach((tile) => { if (!kept.has(tile)) tile.remove(); });
    this.tiles = tiles;
    this.#more?.remove();
    this.#more = more;
    if (more) this.append(more);
    this.#lay();
    this.mark();
  }

  #heard({ type }) {
    if (isOf(type, this.dataset.follow)) this.later ||= setTimeout(() => this.refresh(), LATER);
  }

  /** Ask again for all that is loaded. Far down, what others have changed waits until the reader is back at the top. */
  async refresh(own = false) {
    clearTimeout(this.later);
    this.later = 0;
    this.stale = !own && -this.getBoundingClientRect().top > innerHeight;
    if (this.stale) return;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const fresh = [];
    let next = location.href;
    let more = null;
    for (let pages = 0; next && pages < MOST_PAGES && (fresh.length < this.tiles.length || !pages); pages += 1) {
      const page = await ask(next);
      if (!page || !this.isConnected || turn !== this.turn) return;
      const list = page.getElementById(this.id);
      if (!list && !pages) return void refresh("#main"); // what an empty list looks like, the server knows
      if (!pages) this.#tell(page, list);
      const [tiles, link] = list ? found(list) : [[], null];
      fresh.push(...tiles);
      more = link;
      next = link?.href;
    }
    const old = new Map(this.tiles.map((tile) => [tile.dataset.id, tile]));
    const last = more ? this.tiles.findIndex((tile) => tile.dataset.id === fresh.at(-1).dataset.id) : -1;
    const rest = last < 0 ? [] : this.tiles.slice(last + 1); // more than were asked for
    this.#loading = false;
    this.#take([...fresh.map((tile) => (alike(old.get(tile.dataset.id), tile) ? old.get(tile.dataset.id) : tile)), ...rest], rest.length ? this.#more : more);
  }

  // What else says how many there are.
  #tell(page, list) {
    this.dataset.total = list.dataset.total ?? "";
    for (const id of (this.dataset.also ?? "").split(" ").filter(Boolean)) {
      const [old, made] = [document.getElementById(id), page.getElementById(id)];
      if (old && made && old.textContent !== made.textContent) old.replaceWith(document.adoptNode(made));
    }
  }
}

const alike = (old, made) => old?.dataset.version === made.dataset.version;

/** The tiles of a list and the link to its next page. */
function found(list) {
  const tiles = [...list.querySelectorAll(":scope > [data-ratio]")];
  if (list.ownerDocument !== document) tiles.forEach((tile) => { hold(tile); document.adoptNode(tile); });
  const more = list.querySelector(":scope > a.more");
  return [tiles, more && document.adoptNode(more)];
}

async function ask(address) {
  try {
    const answer = await fetch(address, { headers: { "X-FaceForge-Part": "main", Accept: "text/html" }, credentials: "same-origin" });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

if (!customElements.get("ff-justified")) customElements.define("ff-justified", Justified);
