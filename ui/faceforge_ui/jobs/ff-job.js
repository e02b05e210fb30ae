// <ff-job data-job="ID">: the number, the bar and the words of a job, kept true by the ephemeral events `job.progress`: Core
// tells them at most four times a second, and nothing is asked for.
import { element } from "../design/element.js";
import { percent, rest, safe, shares, speed, tally } from "./words.js";

const SPOKEN = 25; // percent: how often a screen reader hears of it

class Job extends HTMLElement {
  connectedCallback() {
    this.spoken = Math.floor((this.place("bar").value || 0) * 100 / SPOKEN);
    document.addEventListener("ff:progress", this);
  }

  disconnectedCallback() {
    document.removeEventListener("ff:progress", this);
  }

  handleEvent({ detail }) {
    if (detail.job_id !== this.dataset.job) return;
    const { fraction = null, message, counts = {}, rate, eta_s: left } = detail;
    const [copied, linked] = shares(fraction, counts ?? {});
    this.write("percent", percent(fraction));
    this.write("message", message ?? "");
    this.write("left", rest(left));
    this.write("rate", speed(rate, counts ?? {}));
    this.place("tally").replaceChildren(...tally(counts ?? {}).map(([name, words]) => element("li", { "data-name": name }, words)));
    this.warn(safe(counts ?? {}));
    this.draw(fraction, copied, linked);
    this.speak(fraction);
  }

  draw(fraction, copied, linked) {
    const bar = this.place("bar");
    if (fraction === null) bar.removeAttribute("value");
    else bar.value = fraction;
    bar.classList.toggle("good", linked > 0);
    this.place("copied").hidden = !linked;
    this.place("copied").value = copied;
  }

  /** What stays is said where one may stop it, which may be open. */
  warn(text) {
    const place = document.querySelector(`[data-safe="${this.dataset.job}"]`);
    if (place && text) place.textContent = text;
  }

  /** At every quarter. */
  speak(fraction) {
    const quarter = Math.floor((fraction ?? 0) * 100 / SPOKEN);
    if (quarter > this.spoken) this.write("spoken", `${quarter * SPOKEN} % done`);
    this.spoken = Math.max(this.spoken, quarter);
  }

  place(name) {
    return this.querySelector(`[data-part=${name}]`);
  }

  write(name, text) {
    const place = this.place(name);
    const own = place.querySelector("bdi") ?? place;
    if (own.textContent !== text) own.textContent = text;
  }
}

if (!window.customElements.get("ff-job")) window.customElements.define("ff-job", Job);
