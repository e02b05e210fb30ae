// <ff-justified>: pictures of any shape in rows that fill the width. It lays out what the server has written, keeps only what is
// near the screen in the page, and takes further pages from the link to them.
//
//   <ff-justified id="files" role="list" data-lines="2">            data-lines: show that many rows, no more
//     <div class="tile" role="listitem" data-ratio="0.8"><a href="…"><img … alt=""></a> …</div>
//     <a class="more btn" href="…">Show more files</a>              the next page, which has this element, too
//   </ff-justified>
//
// Fires `ff:laid` after each change of its tiles. `tiles` are all that are loaded, also those out of the page.

import { beside, fit, justify } from "./justify.js";

const WISHED = 150; // pixels at the usual size of text
const GAP = 6;
const FEW = 120; // as many tiles may all stay in the page
const NARROWEST = 0.4;
const WIDEST = 3.2;

class Justified extends HTMLElement {
  #tiles = [];
  #rows = [];
  #places = [];
  #more = null;
  #loading = false;
  #frame = 0;
  #width = 0;
  #observer = new ResizeObserver(() => this.#resized());
  #later = () => { this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.#show(); }); };

  connectedCallback() {
    this.#take(this);
    this.#width = 0;
    this.#resized();
    this.#observer.observe(this);
    document.addEventListener("scroll", this.#later, { passive: true, capture: true });
    this.addEventListener("keydown", this.#pressed);
    this.addEventListener("focusin", this.#focused);
  }

  disconnectedCallback() {
    this.#observer.disconnect();
    document.removeEventListener("scroll", this.#later, { capture: true });
    this.removeEventListener("keydown", this.#pressed);
    this.removeEventListener("focusin", this.#focused);
  }

  get tiles() { return this.#tiles; }

  /** Take some tiles out for good, such as files that were unlinked. */
  drop(gone) {
    this.#tiles = this.#tiles.filter((tile) => !gone.has(tile));
    gone.forEach((tile) => tile.remove());
    this.#lay();
  }

  #take(from) {
    const known = new Set(this.#tiles);
    this.#tiles.push(...[...from.querySelectorAll(":scope > [data-ratio]")].filter((tile) => !known.has(tile)));
    const more = from.querySelector(":scope > a.more");
    if (from !== this) this.#more?.replaceWith(...(more ? [document.adoptNode(more)] : []));
    this.#more = more;
  }

  #resized() {
    if (this.clientWidth === this.#width || !this.clientWidth) return;
    this.#width = this.clientWidth;
    this.#lay();
  }

  #lay() {
    const text = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const wished = WISHED * text * (innerWidth < 640 ? 0.72 : 1);
    const lines = Number(this.dataset.lines) || Infinity;
    const ratios = this.#tiles.map((tile) => Math.min(WIDEST, Math.max(NARROWEST, Number(tile.dataset.ratio) || 1)));
    const all = justify(ratios, this.#width, wished, GAP);
    const rows = all.slice(0, lines).map((row) => ({ ...row, natural: row.height }));
    this.#rows = all.length > lines ? fit(rows, wished * lines + GAP * (lines - 1), GAP) : rows;
    this.#places = this.#rows.flatMap((row) => {
      let left = 0;
      return ratios.slice(row.from, row.to).map((ratio) => {
        const place = { left, top: row.top, width: ratio * row.natural, height: row.height };
        left += place.width + GAP;
        return place;
      });
    });
    const last = this.#rows.at(-1);
    const height = last ? last.top + last.height : 0;
    this.style.height = `${height + (this.#more && lines === Infinity ? 60 : 0)}px`;
    if (this.#more) Object.assign(this.#more.style, { top: `${height + 12}px` });
    this.#show(true);
    this.dispatchEvent(new CustomEvent("ff:laid", { bubbles: true }));
  }

  // Only the tiles within a screen of what is seen are in the page; the one with the focus always is.
  #show(placed = false) {
    const above = -this.getBoundingClientRect().top;
    const near = (place) => place.top < above + innerHeight * 2 && place.top + place.height > above - innerHeight;
    const few = this.#tiles.length <= FEW;
    let before = null;
    this.#tiles.forEach((tile, at) => {
      const place = this.#places[at];
      const seen = place && (few || near(place) || tile.contains(document.activeElement));
      if (!seen) { if (tile.parentNode === this) tile.remove(); return; }
      const added = tile.parentNode !== this;
      if (added) { if (before) before.after(tile); else this.prepend(tile); }
      if (added || placed) this.#put(tile, place, at);
      before = tile;
    });
    const last = this.#rows.at(-1);
    if (this.#more && !this.dataset.lines && last && last.top < above + innerHeight * 3) this.#load();
  }

  #put(tile, place, at) {
    for (const [name, value] of Object.entries(place)) tile.style[name] = `${value}px`;
    if (tile.getAttribute("role") === "listitem") {
      tile.setAttribute("aria-posinset", at + 1);
      tile.setAttribute("aria-setsize", this.dataset.total || this.#tiles.length);
    }
    const link = tile.querySelector("a");
    if (link && link !== document.activeElement) link.tabIndex = at === this.#stop() ? 0 : -1;
  }

  // One tab stop for all: the tile that had the focus last.
  #stop() { return Math.min(Number(this.dataset.at ?? 0), this.#tiles.length - 1); }

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const answer = await fetch(this.#more.href, { headers: { "X-FaceForge-Part": "main" }, credentials: "same-origin" });
      if (!answer.ok) return; // the link stays: a click on it says what is wrong
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(this.id);
      if (!found || !this.isConnected) return;
      this.#take(found);
      this.#lay();
      this.#loading = false;
    } catch { /* not reached: the link stays */ }
  }

  #focused = ({ target }) => {
    const at = this.#tiles.findIndex((tile) => tile.contains(target));
    if (at < 0 || at === this.#stop()) return;
    const before = this.#tiles[this.#stop()]?.querySelector("a");
    if (before) before.tabIndex = -1;
    this.dataset.at = at;
    const link = this.#tiles[at].querySelector("a");
    if (link) link.tabIndex = 0;
  };

  #pressed = (event) => {
    const at = this.#tiles.findIndex((tile) => tile.contains(document.activeElement));
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox])")) return;
    const to = {
      ArrowRight: () => at + 1, ArrowLeft: () => at - 1, Home: () => 0, End: () => this.#places.length - 1,
      ArrowDown: () => beside(this.#places, this.#rows, at, 1), ArrowUp: () => beside(this.#places, this.#rows, at, -1),
    }[event.key]?.();
    if (to === undefined || !this.#places[to]) return;
    event.preventDefault();
    const tile = this.#tiles[to];
    if (tile.parentNode !== this) {
      this.insertBefore(tile, this.#tiles.slice(to + 1).find((next) => next.parentNode === this) ?? null);
      this.#put(tile, this.#places[to], to);
    }
    tile.querySelector("a")?.focus({ preventScroll: true });
    tile.scrollIntoView({ block: "nearest" });
  };
}

if (!customElements.get("ff-justified")) customElements.define("ff-justified", Justified);
