// A sound as its wave: played, paused, and moved about in by pointer or key.
//
// <ff-wave data-peaks="0 12 255 …"><audio src controls></audio></ff-wave>; without peaks the wave is a plain line.

import { element } from "../design/element.js";
import { icon } from "../shell/icon.js";

const FULL = 255; // the peak of a wave that is as loud as it can be
const BAR = 3;
const GAP = 2;
const SHORT = 5; // seconds that an arrow key moves by
const LONG = 30;

class Wave extends HTMLElement {
  #peaks = [];
  #resized = null;

  connectedCallback() {
    this.sound = this.querySelector("audio");
    if (!this.sound || this.querySelector("canvas")) return;
    this.#peaks = (this.dataset.peaks ?? "").split(" ").filter(Boolean).map(Number);
    this.sound.controls = false;
    this.#build();
    for (const type of ["timeupdate", "durationchange", "play", "pause", "ended", "seeked"]) this.sound.addEventListener(type, () => this.#draw());
    this.sound.addEventListener("error", () => this.#broken());
    if (this.sound.error) this.#broken();
    this.#resized = new ResizeObserver(() => this.#draw());
    this.#resized.observe(this.canvas);
    this.#theme.addEventListener("change", this.#redraw);
    document.addEventListener("ff:theme", this.#redraw);
    this.#draw();
  }

  #theme = matchMedia("(prefers-color-scheme: dark)");
  #redraw = () => this.#draw();

  disconnectedCallback() {
    this.#resized?.disconnect();
    this.#theme.removeEventListener("change", this.#redraw);
    document.removeEventListener("ff:theme", this.#redraw);
    this.sound?.pause();
  }

  /** Plays, or pauses what plays. */
  toggle() {
    if (this.sound.paused) this.sound.play().catch(() => this.#broken());
    else this.sound.pause();
  }

  get seconds() {
    return Number.isFinite(this.sound.duration) ? this.sound.duration : Number(this.dataset.seconds) || 0;
  }

  #seek(seconds) {
    this.sound.currentTime = Math.min(this.seconds, Math.max(0, seconds));
    this.#draw();
  }

  #build() {
    this.canvas = element("canvas", { tabIndex: 0, role: "slider", ariaLabel: "Position in the sound" });
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.#point(event);
    });
    this.canvas.addEventListener("pointermove", (event) => { if (event.buttons & 1) this.#point(event); });
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    this.button = element("button", { type: "button", className: "btn primary icon-only", onclick: () => this.toggle() });
    this.place = element("span", { className: "num" });
    this.length = element("span", { className: "muted num" });
    this.problem = element("p", { className: "muted", role: "status" });
    this.problem.hidden = true;
    this.append(this.canvas, element("div", { className: "row" }, this.button, this.place, this.length, this.#volume()), this.problem);
  }

  #volume() {
    const range = element("input", { type: "range", min: "0", max: "1", step: "0.05", ariaLabel: "Loudness" });
    range.value = String(this.sound.volume);
    range.addEventListener("input", () => { this.sound.volume = Number(range.value); });
    return element("label", { className: "loudness row" }, element("span", { className: "muted small" }, "Loudness"), range);
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    this.#seek(((event.clientX - box.left) / box.width) * this.seconds);
  }

  #key(event) {
    const now = this.sound.currentTime;
    const to = { ArrowLeft: now - SHORT, ArrowRight: now + SHORT, PageDown: now - LONG, PageUp: now + LONG, Home: 0, End: this.seconds }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // the same keys go to the next file elsewhere
    this.#seek(to);
  }

  #draw() {
    const { currentTime } = this.sound;
    const seconds = this.seconds;
    const playing = !this.sound.paused && !this.sound.ended;
    this.button.ariaLabel = playing ? "Pause (Space)" : "Play (Space)";
    this.button.title = this.button.ariaLabel;
    if (this.button.dataset.playing !== String(playing)) this.button.replaceChildren(icon(playing ? "pause" : "play"));
    this.button.dataset.playing = String(playing);
    this.place.textContent = clock(currentTime);
    this.length.textContent = seconds ? `of ${clock(seconds)}` : "";
    this.canvas.setAttribute("aria-valuemin", "0");
    this.canvas.setAttribute("aria-valuemax", String(Math.round(seconds)));
    this.canvas.setAttribute("aria-valuenow", String(Math.round(currentTime)));
    this.canvas.setAttribute("aria-valuetext", `${clock(currentTime)} of ${clock(seconds)}`);
    this.#paint(seconds ? currentTime / seconds : 0);
  }

  #paint(part) {
    const { canvas } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    const sharp = devicePixelRatio;
    if (canvas.width !== Math.round(width * sharp)) canvas.width = Math.round(width * sharp);
    if (canvas.height !== Math.round(height * sharp)) canvas.height = Math.round(height * sharp);
    const style = getComputedStyle(canvas);
    const [played, rest] = [style.getPropertyValue("color"), style.getPropertyValue("caret-color")];
    const pen = canvas.getContext("2d");
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, width, height);
    const count = Math.max(1, Math.floor(width / (BAR + GAP)));
    for (let number = 0; number < count; number++) {
      const half = Math.max(1.5, (this.#loudest(number, count) / FULL) * (height / 2 - 2));
      pen.fillStyle = (number + 0.5) / count <= part ? played : rest;
      pen.beginPath();
      pen.roundRect(number * (BAR + GAP), height / 2 - half, BAR, half * 2, BAR / 2);
      pen.fill();
    }
  }

  #loudest(number, count) {
    const from = Math.floor((number * this.#peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((number + 1) * this.#peaks.length) / count));
    return Math.max(0, ...this.#peaks.slice(from, to));
  }

  #broken() {
    this.problem.textContent = "This browser cannot play this kind of sound. Download it to hear it.";
    this.problem.hidden = false;
    this.button.disabled = true;
  }
}

/** Seconds as 3:42, or 1:03:42. */
export function clock(seconds) {
  const whole = Math.floor(seconds || 0);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

window.customElements.define("ff-wave", Wave);
