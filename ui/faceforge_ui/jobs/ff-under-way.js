// <ff-under-way data-job="ID">: stands where something is shown of a job that has not ended. What happened between the making of
// the page and the first news is told to nobody: so, once there are news, what shows the job is read anew, once.
import { liveState } from "../shell/live.js";

const AGAIN_MS = 5000;
const looked = new Map(); // job -> when

class UnderWay extends HTMLElement {
  connectedCallback() {
    if (Date.now() - (looked.get(this.dataset.job) ?? -AGAIN_MS) < AGAIN_MS) return;
    if (liveState() === "on") this.look();
    else document.addEventListener("ff:live", this);
  }

  disconnectedCallback() {
    document.removeEventListener("ff:live", this);
  }

  handleEvent({ detail }) {
    if (detail === "on") this.look();
  }

  look() {
    const { job } = this.dataset;
    document.removeEventListener("ff:live", this);
    looked.set(job, Date.now());
    document.dispatchEvent(new CustomEvent("ff:event", { detail: { id: null, type: "job.updated", record_id: job } }));
  }
}

if (!window.customElements.get("ff-under-way")) window.customElements.define("ff-under-way", UnderWay);
