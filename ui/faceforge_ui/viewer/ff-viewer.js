// One file at a time: the keys that go through the files, the details that can be put away, the neighbours that are fetched
// ahead. All it does are links and buttons that the server has written; it presses them.

import { keys } from "../shell/keys.js";
import { swap } from "../shell/swap.js";
import { PANS } from "./ff-zoom.js";

const DETAILS = "faceforge.viewer.details";
const SCOPE = "Looking at a file";

class Viewer extends HTMLElement {
  #given = [];
  #swapped = () => this.#arrived();

  connectedCallback() {
    this.#given = this.#keys().map(([key, label, act]) => keys.on({ scope: SCOPE, key, label, act, hidden: !label, within: this }));
    this.addEventListener("ff:swapped", this.#swapped);
    this.addEventListener("click", this);
    this.addEventListener("error", this, { capture: true });
    this.#arrived();
  }

  disconnectedCallback() {
    this.#given.forEach((giveBack) => giveBack());
    this.removeEventListener("ff:swapped", this.#swapped);
    this.removeEventListener("click", this);
    this.removeEventListener("error", this, { capture: true });
  }

  handleEvent(event) {
    if (event.type === "error" && event.target.matches("video")) this.#cannot(event.target);
    if (event.type === "click" && event.target.closest("#viewer-details")) this.#toggle();
  }

  #keys() {
    const zoom = (act) => () => this.#zoom ? act(this.#zoom) : false;
    return [
      ["ArrowLeft", "the file before", () => this.#arrow("ArrowLeft", "before")],
      ["ArrowRight", "the file after", () => this.#arrow("ArrowRight", "after")],
      ["ArrowUp", "", () => this.#zoom?.pan(...PANS.ArrowUp) ?? false],
      ["ArrowDown", "", () => this.#zoom?.pan(...PANS.ArrowDown) ?? false],
      ["+", "larger", zoom((one) => one.nearer())],
      ["=", "", zoom((one) => one.nearer())],
      ["-", "smaller", zoom((one) => one.further())],
      ["0", "fit", zoom((one) => one.fit())],
      ["Space", "play or pause", () => this.#play()],
      ["i", "details", () => this.#toggle()],
      ["p", "use as thumbnail", () => this.#press("pin")],
      ["d", "download", () => this.#press("download")],
      ["Delete", "move to the trash", () => this.#press("trash")],
      ["Escape", "back to the list", () => this.#leave()],
    ];
  }

  get #zoom() {
    return this.querySelector("ff-zoom");
  }

  /** The arrows move a picture that is larger than its place, and else go to the next file. */
  #arrow(key, way) {
    if (this.#zoom?.pan(...PANS[key])) return true;
    const film = document.getElementById("viewer-film");
    const address = film?.dataset[way];
    if (!address) return false;
    swap(film.dataset.swapTo, address, { history: "replace" });
    return true;
  }

  #press(name) {
    const control = this.querySelector(`[data-viewer=${name}]`);
    control?.click();
    return Boolean(control);
  }

  #leave() {
    if (document.querySelector(":popover-open")) return false; // Escape closes that
    return this.#press("back");
  }

  #play() {
    const wave = this.querySelector("ff-wave");
    const video = this.querySelector("video");
    if (wave) wave.toggle();
    else if (video) void (video.paused ? video.play().catch(() => {}) : video.pause());
    else return false;
    return true;
  }

  #toggle() {
    sessionStorage.setItem(DETAILS, this.classList.contains("noside") ? "shown" : "hidden");
    this.#details();
  }

  #details() {
    const hidden = sessionStorage.getItem(DETAILS) === "hidden";
    this.classList.toggle("noside", hidden);
    document.getElementById("viewer-details")?.setAttribute("aria-pressed", String(!hidden));
  }

  /** After the first view, and after each file that took the place of another. */
  #arrived() {
    const { title } = document.getElementById("viewer-top")?.dataset ?? {};
    if (title) document.title = title;
    this.#details();
    const film = document.getElementById("viewer-film");
    film?.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
    for (const way of ["previousElementSibling", "nextElementSibling"]) this.#ahead(film?.querySelector("[aria-current]")?.[way]);
    const frame = this.querySelector("iframe");
    if (frame && navigator.pdfViewerEnabled === false) this.#cannot(frame);
  }

  /** Fetch the picture of a neighbour, so that it is there when the person comes to it. */
  #ahead(link) {
    const { ahead } = link?.dataset ?? {};
    if (ahead) new Image().src = ahead;
  }

  #cannot(shown) {
    const instead = this.querySelector(".stage .cannot");
    if (!instead) return;
    shown.hidden = true;
    instead.hidden = false;
  }
}

window.customElements.define("ff-viewer", Viewer);
