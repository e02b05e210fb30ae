// The time line of facts: places the bars that the server wrote, and shows what was true at the month of the slider.

import { element } from "../../design/element.js";

const EPOCH = 719163; // 1 January 1970, in days as the server counts them
const DAY = 86_400_000;
const STEPS = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000]; // months between two ticks
const ROOM = 72; // pixels that a tick needs
const WORDS = { month: "long", year: "numeric", timeZone: "UTC" };
const IN_WORDS = new Intl.DateTimeFormat("en-GB", WORDS);
const SHORT = new Intl.DateTimeFormat("en-GB", { ...WORDS, month: "short" });

/** The first day of a month; months count from the year 0. */
function date_of(month) {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
  return date;
}

export function first_day(month) {
  return date_of(month) / DAY + EPOCH;
}

/** A partial date, such as 2017-05. */
export function partial_date(month) {
  return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
}

/** How many months stand between two ticks, so that `width` pixels have room for their words. */
export function step_for(months, width) {
  return STEPS.find((step) => (months / step) * ROOM <= width) ?? STEPS.at(-1);
}

export class TimeLine extends HTMLElement {
  connectedCallback() {
    this.slider = this.querySelector("input[type=range]");
    document.addEventListener("ff:swapped", this);
    this.addEventListener("click", this);
    this.mark();
    if (!this.slider) return;
    this.first = Number(this.slider.min);
    this.last = Number(this.slider.max);
    for (const bar of this.bars) this.place(bar);
    for (const type of ["input", "change"]) this.slider.addEventListener(type, this);
    this.sizes = new ResizeObserver(() => this.ticks());
    this.sizes.observe(this.querySelector(".years"));
    this.show();
    this.classList.add("placed");
  }

  disconnectedCallback() {
    document.removeEventListener("ff:swapped", this);
    this.sizes?.disconnect();
  }

  get bars() {
    return this.querySelectorAll(".lane [data-bar]");
  }

  handleEvent(event) {
    if (event.type === "ff:swapped") this.mark();
    else if (event.type === "input") this.show();
    else if (event.type === "change") this.remember();
    else if (event.target.closest("[data-month]")) this.go(Number(event.target.closest("[data-month]").dataset.month));
  }

  go(month) {
    this.slider.value = month;
    this.show();
    this.remember();
  }

  /** Where a day stands on the axis, in percent, within its ends. */
  at(day) {
    const first = first_day(this.first);
    return Math.min(100, Math.max(0, ((day - first) / (first_day(this.last) - first)) * 100));
  }

  place(bar) {
    const { start, end, drawnFrom = start, drawnUntil = end, sureFrom, sureUntil } = bar.dataset;
    const from = drawnFrom ? this.at(Number(drawnFrom)) : 0;
    const to = drawnUntil ? this.at(Number(drawnUntil) + 1) : 100;
    bar.style.left = `min(${from}%, 100% - 1.5rem)`;
    bar.style.width = `${to - from}%`;
    const share = (part) => `${Math.min(50, Math.max(0, (part / Math.max(0.01, to - from)) * 100))}%`;
    if (sureFrom) bar.style.setProperty("--fade-in", share(this.at(Number(sureFrom) + 1) - from));
    if (sureUntil) bar.style.setProperty("--fade-out", share(to - this.at(Number(sureUntil))));
  }

  ticks() {
    const years = this.querySelector(".years");
    const step = step_for(this.last - this.first, years.clientWidth);
    const made = [];
    for (let month = Math.ceil(this.first / step) * step; month <= this.last; month += step) {
      const at = this.at(first_day(month));
      if (at < 2 || at > 98) continue;
      const tick = element("span", {}, step < 12 ? SHORT.format(date_of(month)) : String(month / 12));
      tick.style.left = `${at}%`;
      made.push(tick);
    }
    years.replaceChildren(...made);
  }

  /** Shows what was true in the month of the slider: stronger bars, and the card that lists them. */
  show() {
    const month = Number(this.slider.value);
    const [first, last] = [first_day(month), first_day(month + 1) - 1];
    const words = IN_WORDS.format(date_of(month));
    this.slider.setAttribute("aria-valuetext", words);
    this.querySelector("output").textContent = SHORT.format(date_of(month));
    for (const place of this.querySelectorAll("[data-said]")) place.textContent = words;
    this.querySelector(".now").style.setProperty("--at", (month - this.first) / (this.last - this.first || 1));
    for (const bar of this.bars) bar.toggleAttribute("data-at", when(bar, first, last) === 0);
    for (const lane of this.querySelectorAll("[data-lane]")) {
      const facts = [...lane.querySelectorAll("[data-bar]")];
      const held = facts.filter((fact) => when(fact, first, last) === 0);
      const before = held.length ? facts.filter((fact) => when(fact, first, last) < 0) : [];
      const latest = before.reduce((one, other) => (one && Number(one.dataset.end) >= Number(other.dataset.end) ? one : other), null);
      for (const fact of facts) {
        fact.hidden = fact !== latest && !held.includes(fact);
        fact.classList.toggle("was", fact === latest);
      }
      lane.querySelector("[data-none]").hidden = held.length > 0;
    }
  }

  /** Writes the month into the address and into the links, so that it stays. */
  remember() {
    const month = partial_date(Number(this.slider.value));
    const address = new URL(window.location.href);
    address.searchParams.set("as_of", month);
    window.history.replaceState(window.history.state, "", address);
    for (const link of this.querySelectorAll("a[href*='?']")) {
      const target = new URL(link.href);
      if (target.pathname !== address.pathname) continue;
      target.searchParams.set("as_of", month);
      link.href = target.pathname + target.search;
    }
  }

  /** Marks the bar of the fact that is open. */
  mark() {
    const open = this.querySelector("#fact")?.dataset.fact;
    for (const bar of this.bars) {
      if (bar.dataset.bar === open) bar.setAttribute("aria-current", "true");
      else bar.removeAttribute("aria-current");
    }
  }
}

/** Whether a fact was over before the span (-1), holds in it (0), or begins after it (1). */
function when(fact, first, last) {
  const { start, end } = fact.dataset;
  if (end && Number(end) < first) return -1;
  return start && Number(start) > last ? 1 : 0;
}

if (!window.customElements.get("ff-timeline")) window.customElements.define("ff-timeline", TimeLine);
