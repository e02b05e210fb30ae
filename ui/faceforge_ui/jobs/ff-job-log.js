// <ff-job-log data-job="ID" data-after="SEQ" data-live>: the log of a job. While `data-live` is there, what is written is asked
// for as it comes. It follows the end until somebody scrolls up, shows all or warnings alone, and counts these.
import { element } from "../design/element.js";
import { call } from "../shell/session.js";

const WAIT_S = 10; // how long Core holds a question that has no answer yet
const TOGETHER_MS = 700; // what comes in so long is shown at once
const AGAIN_MS = 3000;
const PART = 200;
const MOST = 2000; // lines in the page; Save has all
const NEAR = 24; // px from the end that count as the end
const SEVERE = { warning: "Warning: ", error: "Error: " };

class JobLog extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol");
    this.follow = this.querySelector("[name=follow]");
    this.list.addEventListener("scroll", this, { passive: true });
    this.addEventListener("change", this);
    document.addEventListener("visibilitychange", this);
    this.toEnd();
    this.begin();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    this.stop?.abort();
  }

  handleEvent({ type, target }) {
    if (type === "visibilitychange") this.begin();
    else if (type === "scroll") this.follow.checked = this.list.scrollTop + this.list.clientHeight > this.list.scrollHeight - NEAR;
    else if (target === this.follow) this.toEnd();
    else if (target.name === "show") {
      this.dataset.show = target.value;
      this.toEnd();
    }
  }

  begin() {
    this.stop?.abort();
    if (document.hidden || !("live" in this.dataset)) return;
    this.stop = new AbortController();
    this.listen(this.stop.signal);
  }

  /** Until it is over and all is read. */
  async listen(signal) {
    while (!signal.aborted && "live" in this.dataset) {
      try {
        const address = `/v1/jobs/${this.dataset.job}/log?after=${this.dataset.after}&limit=${PART}&wait=${WAIT_S}`;
        const { items, finished, has_more: more } = await (await call(address, { signal })).json();
        if (signal.aborted) return;
        this.add(items);
        if (finished && !more) delete this.dataset.live;
        else if (!more) await pause(TOGETHER_MS, signal);
      } catch (failure) {
        if (signal.aborted || [401, 403, 404].includes(failure.status)) return;
        await pause(AGAIN_MS, signal);
      }
    }
  }

  add(entries) {
    const fresh = entries.filter(({ seq }) => seq > Number(this.dataset.after));
    if (!fresh.length) return;
    this.dataset.after = String(fresh.at(-1).seq);
    this.list.querySelector("[data-none]")?.remove();
    this.list.append(...fresh.map(line));
    while (this.list.childElementCount > MOST) this.list.firstElementChild.remove();
    this.count(fresh.filter(({ level }) => level in SEVERE).length);
    this.toEnd();
  }

  count(more) {
    const badge = this.querySelector("[data-warnings]");
    const all = Number(badge.dataset.warnings) + more;
    badge.dataset.warnings = String(all);
    badge.textContent = `${all.toLocaleString("en")} ${all === 1 ? "warning" : "warnings"}`;
    badge.hidden = !all;
  }

  toEnd() {
    if (this.follow.checked) this.list.scrollTo({ top: this.list.scrollHeight, behavior: "instant" });
  }
}

function line({ at, level, message }) {
  const time = new Date(at);
  const clock = element("time", { dateTime: at, title: time.toLocaleString("en-GB") }, time.toLocaleTimeString("en-GB"));
  const word = level in SEVERE ? element("span", { className: "level" }, SEVERE[level]) : null;
  return element("li", { "data-level": level }, clock, element("span", {}, word, message));
}

const pause = (milliseconds, signal) => new Promise((resolve) => {
  setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", resolve, { once: true });
});

if (!window.customElements.get("ff-job-log")) window.customElements.define("ff-job-log", JobLog);
