// <ff-path-picker data-at=ADDRESS>: what is written shows the folders that begin so; arrows move among these, Enter goes in.
import { swap } from "../shell/swap.js";

const QUIET_MS = 250;

class PathPicker extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this);
    this.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    clearTimeout(this.waiting);
    this.removeEventListener("input", this);
    this.removeEventListener("keydown", this);
  }

  handleEvent(event) {
    if (event.type === "keydown") this.pressed(event);
    else if (event.target === this.field) {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.look(), QUIET_MS);
    }
  }

  get field() {
    return this.querySelector("[name=path]");
  }

  /** The folders that what is written may mean; the field itself stays, with the caret in it. */
  look() {
    const join = this.dataset.at.includes("?") ? "&" : "?";
    swap("#folders-within", `${this.dataset.at}${join}path=${encodeURIComponent(this.field.value)}`, { history: "none", quiet: true });
  }

  pressed(event) {
    const folders = [...this.querySelectorAll("a.folder")];
    const at = folders.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !folders.length || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target === this.field && event.key !== "ArrowDown") return;
    if (at < 0 && event.target !== this.field) return;
    event.preventDefault();
    if (at + step < 0) this.field.focus();
    else folders[Math.min(at + step, folders.length - 1)].focus();
  }
}

if (!window.customElements.get("ff-path-picker")) window.customElements.define("ff-path-picker", PathPicker);
