// <ff-job-log data-job="ID" data-after="SEQ" data-of="ID of what says data-active">: the log of a job. While that runs, what it
// writes is asked for as it comes. It follows the end until somebody scrolls up, shows all or warnings alone, and counts these.
import { element } from "../design/element.js";
import { call } from "../shell/session.js";

const WAIT_S = 10; // how long Core holds a question that has no answer yet
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
    document.addEventListener("ff:swapped", this); // it may run again
    this.toEnd();
    this.begin();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    document.removeEventListener("ff:swapped", this);
    this.stop?.abort();
  }

  handleEvent({ type, target }) {
    if (type === "visibilitychange" && document.hidden) this.stop?.abort();
    else if (["visibilitychange", "ff:swapped"].includes(type)) this.begin();
    else if (type === "scroll") this.follow.checked = this.list.scrollTop + this.list.clientHeight > this.list.scrollHeight - NEAR;
    else if (target === this.follow) this.toEnd();
    else if (target.name === "show") {
      this.dataset.show = target.value;
      this.toEnd();
    }
  }

  get active() {
    return document.getElementById(this.dataset.of)?.dataset.active === "yes";
  }

  begin() {
    if (document.hidden || !this.active || (this.stop && !this.stop.signal.aborted)) return;
    this.stop = new AbortController();
    this.listen(this.stop).finally(() => this.stop.abort());
  }

  /** Until it is over and all is read. */
  async listen({ signal }) {
    for (let over = false; !over && !signal.aborted;) {
      over = !this.active;
      try {
        const found = await this.ask(over ? 0 : WAIT_S, signal);
        if (!signal.aborted) this.add(found);
        if (found.length === PART) over = false;
        else await pause(1000, signal); // some lines at once, not one by one
      } catch (failure) {
        if (signal.aborted || [401, 403, 404].includes(failure.status)) return;
        await pause(AGAIN_MS, signal);
      }
    }
  }

  async ask(wait, signal) {
    const address = `/v1/jobs/${this.dataset.job}/log?after=${this.dataset.after}&limit=${PART}&wait=${wait}`;
    return (await (await call(address, { signal })).json()).items;
  }

  add(entries) {
    const fresh = entries.filter(({ seq }) => seq > Number(this.dataset.after));
    if (!fresh.length) return;
    this.dataset.after = String(fresh.at(-1).seq);
    this.list.querySelector(".nothing-said")?.remove();
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
