// A picture that can be looked at closely: fitted first, then as near as the person wants, moved about by dragging.
//
// <ff-zoom data-full="/v1/assets/…/download"><img src="a smaller one" width height alt></ff-zoom>
// The smaller picture stands there at once; the whole one takes its place when it has arrived.

import { element } from "../design/element.js";
import { icon } from "../shell/icon.js";

const NEAREST = 16; // how much larger than fitted, at most
const STEP = 1.5;
const PAN = 60; // CSS pixels that an arrow key moves by
const CLICK = 4; // a pointer that moved less than this has clicked

class Zoom extends HTMLElement {
  #scale = 1; // 1 is fitted
  #x = 0;
  #y = 0;
  #pointers = new Map();
  #moved = 0;
  #shown = null;

  connectedCallback() {
    this.image = this.querySelector("img");
    if (!this.image || this.querySelector(".zoomer")) return;
    this.image.draggable = false;
    this.append(this.#controls());
    this.addEventListener("wheel", this, { passive: false });
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel", "dblclick"]) this.addEventListener(type, this);
    this.#resized = new ResizeObserver(() => this.#draw());
    this.#resized.observe(this);
    this.#load();
    this.#draw();
  }

  #resized = null;

  disconnectedCallback() {
    this.#resized?.disconnect();
  }

  /** Nearer or further by a factor; `at` is the place in the window that stays where it is, else the middle. */
  by(factor, at = this.#middle()) {
    const scale = Math.min(NEAREST, Math.max(1, this.#scale * factor));
    const ratio = scale / this.#scale;
    const middle = this.#middle();
    this.#x = (this.#x - (at.x - middle.x)) * ratio + (at.x - middle.x);
    this.#y = (this.#y - (at.y - middle.y)) * ratio + (at.y - middle.y);
    this.#scale = scale;
    this.#draw();
  }

  nearer() { this.by(STEP); }
  further() { this.by(1 / STEP); }
  fit() { this.by(1 / this.#scale); }

  /** One pixel of the picture on one of the screen; fitted when it is that already. */
  whole(at) {
    const wanted = this.image.naturalWidth / devicePixelRatio / this.#fittedWidth();
    const factor = Math.max(wanted, 2) / this.#scale; // a small picture grows, too
    this.by(this.#scale > 1.01 ? 1 / this.#scale : factor, at);
  }

  /** Moves the picture, as long as it is larger than its place. Answers whether it could move. */
  pan(x, y) {
    if (this.#scale <= 1) return false;
    this.#x += x;
    this.#y += y;
    this.#draw();
    return true;
  }

  get isNear() {
    return this.#scale > 1;
  }

  handleEvent(event) {
    this[`on${event.type}`](event);
  }

  onwheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    this.by(Math.exp(-event.deltaY * lines / 400), { x: event.clientX, y: event.clientY });
  }

  onpointerdown(event) {
    if (event.button !== 0 || event.target.closest(".zoomer")) return;
    if (!this.#pointers.size) this.#moved = 0;
    this.#pointers.set(event.pointerId, event);
    this.setPointerCapture(event.pointerId);
  }

  onpointermove(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const [first, second] = this.#pointers.values();
    this.#moved += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    if (!second) this.pan(event.clientX - before.clientX, event.clientY - before.clientY);
    else this.#pinch(before === first ? second : first, before, event);
    this.#pointers.set(event.pointerId, event);
    this.classList.toggle("dragged", this.isNear);
  }

  onpointerup(event) {
    this.#pointers.delete(event.pointerId);
    this.classList.remove("dragged");
  }

  onpointercancel(event) {
    this.onpointerup(event);
  }

  ondblclick(event) {
    if (this.#moved < CLICK && !event.target.closest(".zoomer")) this.whole({ x: event.clientX, y: event.clientY });
  }

  #pinch(still, before, now) {
    const apart = (one) => Math.max(1, Math.hypot(one.clientX - still.clientX, one.clientY - still.clientY));
    this.pan((now.clientX - before.clientX) / 2, (now.clientY - before.clientY) / 2);
    this.by(apart(now) / apart(before), { x: (now.clientX + still.clientX) / 2, y: (now.clientY + still.clientY) / 2 });
  }

  #middle() {
    const box = this.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }

  #fittedWidth() {
    return this.image.offsetWidth || 1;
  }

  /** The smaller picture is shown as large as the whole one will be, so that nothing moves when that takes its place. */
  #fit() {
    const [width, height] = ["width", "height"].map((name) => Number(this.image.getAttribute(name)));
    if (!width || !height) return;
    const { paddingLeft, paddingRight } = getComputedStyle(this);
    const room = this.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
    const scale = Math.min(1, room / width, this.clientHeight / height);
    Object.assign(this.image.style, { width: `${width * scale}px`, height: `${height * scale}px` });
  }

  #draw() {
    this.#fit();
    // never further than its edge: what cannot be seen cannot be lost
    const room = (size, place) => Math.max(0, (size * this.#scale - place) / 2);
    const wide = room(this.image.offsetWidth, this.clientWidth);
    const high = room(this.image.offsetHeight, this.clientHeight);
    this.#x = Math.min(wide, Math.max(-wide, this.#x));
    this.#y = Math.min(high, Math.max(-high, this.#y));
    this.image.style.transform = this.#scale === 1 ? "" : `translate(${this.#x}px, ${this.#y}px) scale(${this.#scale})`;
    this.classList.toggle("near", this.isNear);
    const real = (this.#scale * this.#fittedWidth() * devicePixelRatio) / (Number(this.dataset.width) || this.image.naturalWidth || 1);
    if (this.#shown) this.#shown.textContent = this.isNear ? `${Math.round(real * 100)} %` : "Fit";
  }

  async #load() {
    const { full } = this.dataset;
    if (!full) return;
    const whole = new Image();
    whole.src = full;
    try {
      await whole.decode();
    } catch {
      return; // the smaller picture stays
    }
    if (!this.isConnected) return;
    this.image.src = full;
    this.dataset.loaded = "";
    this.#draw();
  }

  #controls() {
    this.#shown = element("output", { className: "num", ariaLive: "off" }, "Fit");
    const button = (label, sign, act) => element("button", { type: "button", className: "btn quiet icon-only", ariaLabel: label, title: label, onclick: act }, icon(sign));
    return element("div", { className: "zoomer", role: "group", ariaLabel: "Size of the picture" },
      button("Smaller (−)", "minus", () => this.further()),
      this.#shown,
      button("Larger (+)", "plus", () => this.nearer()),
      button("Fit (0)", "fit", () => this.fit()));
  }
}

/** What the arrow keys do on a picture that is larger than its place. */
export const PANS = { ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN] };

window.customElements.define("ff-zoom", Zoom);
