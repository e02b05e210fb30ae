// <ff-uploads>: the panel in the corner that shows what is on its way, here and in other tabs. It is part of the shell, so it
// lives on while pages come and go; nothing in it blocks the page. uploads.js brings it.

import { element } from "../design/element.js";
import { icon } from "../shell/icon.js";
import { style } from "../shell/later.js";
import * as gather from "./gather.js";
import { OtherTabs } from "./other_tabs.js";
import { Queue } from "./queue.js";
import { standing } from "./send.js";
import { toast } from "../shell/toasts.js";
import { Row } from "./row.js";
import { forget, left } from "./unfinished.js";
import { count, heading, summary } from "./words.js";

const EVERY = 250; // milliseconds: progress is written at most four times a second
const FAILED = 30; // rows of a state that are shown at once
const ARRIVED = 12;
const CALM = 12_000; // milliseconds that the panel stays when all is done and nothing needs to be read

await style(new URL("./uploads.css", import.meta.url));

const queue = new Queue();
const root = document.documentElement;
const tabs = new OtherTabs(() => queue.state);

class Uploads extends HTMLElement {
  #rows = new Map();
  #timer = 0;
  #spoken = -1;
  #small = false;

  connectedCallback() {
    if (!this.firstElementChild) this.#build();
    queue.addEventListener("change", this.#soon);
    tabs.addEventListener("change", this.#soon);
    this.#draw();
  }

  disconnectedCallback() {
    queue.removeEventListener("change", this.#soon);
    tabs.removeEventListener("change", this.#soon);
  }

  #soon = () => {
    root.toggleAttribute("data-stay", queue.active || queue.looking > 0); // then links replace the main part: see shell/swap.js
    tabs.tell();
    this.#timer ||= setTimeout(() => { this.#timer = 0; this.#draw(); }, EVERY);
  };

  #build() {
    const parts = {
      title: element("h2", { className: "clip" }),
      line: element("p", { className: "small muted" }),
      whole: element("progress", { className: "bar", max: 1, value: 0, ariaLabel: "All files" }),
      list: element("ul", { id: "uploads-list" }),
      rest: element("p", { className: "small muted more-of-them" }),
      spoken: element("p", { className: "unseen", role: "status" }),
      again: this.#button("Try all again", () => measure().then(() => queue.again())),
      stop: this.#button("Stop all", () => queue.cancelAll()),
      fold: this.#icon("Show less", "down", () => this.#fold(!this.#small)),
      close: this.#icon("Close", "x", () => this.#close()),
    };
    parts.fold.setAttribute("aria-controls", "uploads-list");
    Object.assign(this, { parts });
    this.append(
      element("header", {}, parts.title, parts.fold, parts.close),
      element("div", { className: "sum" }, parts.whole, parts.line,
        element("div", { className: "row" }, parts.again, parts.stop)),
      parts.list, parts.rest, parts.spoken,
    );
  }

  #close() {
    queue.clear();
    tabs.dismiss();
    this.#draw();
  }

  // When all went well there is nothing to do here.
  #leaveSoon(state, active) {
    clearTimeout(this.leaving);
    if (active || !queue.state.total || state.failed || state.duplicates) return;
    this.leaving = setTimeout(() => (this.matches(":hover, :focus-within") ? this.#leaveSoon(state, active) : this.#close()), CALM);
  }

  #button(label, act) {
    const button = element("button", { type: "button", className: "btn quiet" }, label);
    button.addEventListener("click", act);
    return button;
  }

  #icon(label, name, act) {
    const button = element("button", { type: "button", className: "btn quiet icon-only", ariaLabel: label }, icon(name));
    button.addEventListener("click", act);
    return button;
  }

  #fold(small) {
    this.#small = small;
    this.classList.toggle("folded", small);
    this.parts.fold.ariaExpanded = String(!small);
    this.parts.fold.ariaLabel = small ? "Show more" : "Show less";
    this.#draw();
  }

  #draw() {
    const own = queue.state;
    const other = own.total || own.looking ? null : tabs.state;
    const state = other ?? own;
    const active = state.running + state.waiting + state.looking > 0;
    this.hidden = !state.total && !state.looking;
    if (this.hidden) { this.#rows.forEach((row) => row.leave()); this.#rows.clear(); this.#spoken = -1; return; }
    const { title, line, whole, again, stop, close, fold, list, rest } = this.parts;
    say(title, other ? `${heading(state)} in another tab` : heading(state));
    say(line, summary(state));
    line.hidden = !line.textContent;
    whole.hidden = !active || Boolean(state.looking);
    whole.value = state.part;
    again.hidden = Boolean(other) || queue.failed.size < 2 && !state.pause;
    stop.hidden = Boolean(other) || !active;
    close.hidden = active && !other;
    fold.hidden = Boolean(other);
    list.hidden = this.#small || Boolean(other);
    rest.hidden = true;
    if (!list.hidden) this.#list(list, rest);
    this.#speak(state, active);
    this.#leaveSoon(state, active);
  }

  // What is under way comes first, then what needs the person, then what came in last.
  #list(list, rest) {
    const failed = [...queue.failed];
    const shown = [...queue.running, ...failed.slice(0, FAILED), ...queue.ended.slice(-ARRIVED).reverse()];
    const rows = shown.map((item) => {
      let row = this.#rows.get(item.key);
      if (!row) this.#rows.set(item.key, (row = new Row(item, queue)));
      row.show(queue.running.has(item) ? "running" : queue.failed.has(item) ? "failed" : "arrived");
      return row.element;
    });
    const keys = new Set(shown.map((item) => item.key));
    for (const [key, row] of this.#rows) if (!keys.has(key)) { row.leave(); this.#rows.delete(key); }
    rows.forEach((row, at) => { if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null); });
    const more = failed.length - FAILED;
    say(rest, more > 0 ? `${count(more)} more were not added.` : "");
    rest.hidden = more <= 0;
  }

  // A screen reader hears the beginning, each quarter, and the end.
  #speak(state, active) {
    const quarter = Math.floor(state.part * 4);
    const now = active ? quarter : `${heading(state)}. ${summary(state)}`;
    if (now === this.#spoken) return;
    this.#spoken = now;
    say(this.parts.spoken, active ? (quarter ? `${quarter * 25} % uploaded` : heading(state)) : now);
  }
}

function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

// What an earlier page was sending, unless another tab sends it now, or Core has it no more.
async function restore() {
  const found = await Promise.all((await left()).map(async (each) => ({ ...each, sent: await standing(each.place) })));
  await Promise.all(found.filter(({ sent, size }) => sent === null || sent === size).map(({ place }) => forget(place)));
  queue.restore(found.filter(({ sent, size }) => Number.isInteger(sent) && sent < size));
}

const own = (target) => (pairs) => queue.add(pairs.map((pair) => ({ ...pair, ...target })));

// What cannot fit is said before a byte is sent.
async function measure() {
  const answer = await fetch("/uploads/room", { credentials: "same-origin" }).catch(() => null);
  queue.room = answer?.ok ? await answer.json() : {};
}

async function look(walk) {
  queue.looking += 1;
  try {
    await measure();
    await walk();
  } finally {
    queue.looking -= 1;
    queue.add([]);
  }
}

/** Send what was dropped. */
export function dropped(entries, target) {
  const left = [];
  return look(() => gather.walked(entries, own(target), (name) => left.push(name)).then(() => tellUnread(left)));
}

/** Send what was chosen. */
export const chosen = (list, target) => look(() => gather.chosen(list, own(target)));

function tellUnread(names) {
  if (!names.length) return;
  toast(names.length === 1 ? `${names[0]} cannot be read, so it was left out` : `${count(names.length)} files cannot be read, so they were left out`);
}

await restore();
addEventListener("beforeunload", (event) => { if (queue.active) event.preventDefault(); });
if (!customElements.get("ff-uploads")) customElements.define("ff-uploads", Uploads);
