// <ff-arriving data-job="ID" id="…">: the files that came in last. While the job goes on it is read anew now and then.
import { refresh } from "../../shell/swap.js";

const EVERY_MS = 5000;

class Arriving extends HTMLElement {
  connectedCallback() {
    this.since = Date.now();
    document.addEventListener("ff:progress", this);
  }

  disconnectedCallback() {
    document.removeEventListener("ff:progress", this);
  }

  handleEvent({ detail }) {
    if (detail.job_id !== this.dataset.job || Date.now() - this.since < EVERY_MS || document.hidden) return;
    this.since = Date.now();
    refresh(`#${this.id}`, () => this.contains(document.activeElement));
  }
}

if (!window.customElements.get("ff-arriving")) window.customElements.define("ff-arriving", Arriving);
