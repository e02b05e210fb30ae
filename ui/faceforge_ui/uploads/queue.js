// The files on their way to Core: a few at a time, the rest waits. It knows nothing of the page that shows it.

import { leave as leaveInCore, send as sendToCore } from "./send.js";
import { unchosen, Unsent } from "./unsent.js";
import { bytes } from "./words.js";

const AT_ONCE = 2; // a browser opens six connections to one address; one is the live stream, the others are for the pages
const ASK_EVERY = 2000; // milliseconds between questions whether Core is back

const PAUSES = {
  broken: "FaceForge is not answering. All goes on by itself when it does.",
  full: "The disk is full. The rest waits until there is room.",
  away: "FaceForge takes no files at the moment. The rest waits.",
  session: "Your session has ended. The rest waits.",
};

/** Fires `change` whenever something is different; whoever shows it looks again when it likes. */
export class Queue extends EventTarget {
  waiting = [];
  running = new Set();
  failed = new Set();
  ended = []; // what has arrived, oldest first
  pause = "";
  looking = 0; // drops that are being walked through
  room = {}; // `free` and `largest` in bytes, as far as they are known: see page.py
  #key = 0;
  #total = 0;
  #duplicates = 0;
  #size = 0; // bytes of all
  #arrived = 0; // bytes of what has ended

  constructor(send = sendToCore, leave = leaveInCore, answers = coreAnswers) {
    super();
    Object.assign(this, { send, leave, answers });
  }

  /** Add `[{ file, meta, entity }]`. One that was under way before the page was loaded anew goes on. */
  add(found) {
    if (!this.active && !this.looking && !this.failed.size) this.#forget();
    for (const each of found) {
      if (this.#goesOn(each)) continue;
      const { name, size, lastModified } = each.file;
      this.waiting.push({ ...each, key: (this.#key += 1), name, size, modified: lastModified, sent: 0 });
      this.#size += size;
      this.#total += 1;
    }
    this.#check();
    this.#go();
  }

  /** Show what was under way before the page was loaded anew: `[{ place, name, size, modified, entity, owner, sent }]`. */
  restore(records) {
    for (const each of records) {
      this.failed.add({ ...each, file: null, key: (this.#key += 1), reason: unchosen(each.sent, each.size) });
      this.#size += each.size;
    }
    this.#total += records.length;
    this.#changed();
  }

  /** Whether a file is the one that an upload of an earlier page was sending; then it goes on. */
  goOn(item, file) {
    const same = item.name === file.name && item.size === file.size && item.modified === file.lastModified;
    if (same && this.failed.delete(item)) {
      item.file = file;
      this.waiting.unshift(item);
      this.#go();
    }
    return same;
  }

  #goesOn({ file, entity }) {
    const begun = [...this.failed].filter(({ reason }) => reason.kind === "unchosen");
    return begun.some((item) => (!entity || item.entity === entity) && this.goOn(item, file));
  }

  // Say at once what cannot go in: a file that is too large, or more than the disk can take.
  #check() {
    const { largest, free } = this.room;
    for (const item of largest ? this.waiting.filter(({ size }) => size > largest) : []) {
      item.reason = new Unsent("large", `Too large: it has ${bytes(item.size)}; FaceForge takes files up to ${bytes(largest)} here.`);
      this.failed.add(item);
    }
    this.waiting = this.waiting.filter((item) => !this.failed.has(item));
    const needed = this.waiting.reduce((sum, { size }) => sum + size, 0);
    if (free === undefined || free === null || needed <= free) return;
    this.pause ||= `This machine has ${bytes(free)} left; these files need ${bytes(needed)}. Make room, then try again.`;
  }

  get active() { return this.running.size + this.waiting.length > 0; }

  /** All that is shown in numbers. */
  get state() {
    const going = [...this.running].reduce((sum, item) => sum + item.sent, 0);
    const sent = this.#arrived + going;
    return {
      total: this.#total, ended: this.ended.length, duplicates: this.#duplicates, failed: this.failed.size,
      running: this.running.size, waiting: this.waiting.length, pause: this.pause, looking: this.looking,
      unchosen: [...this.failed].filter(({ reason }) => reason.kind === "unchosen").length,
      left: this.#size - sent, part: this.#total ? this.#part(sent) : 0,
    };
  }

  // A thousand small files and one large one: by bytes alone the bar would stand, by number alone it would jump.
  #part(sent) {
    const byNumber = this.ended.length / this.#total;
    return this.#size ? (byNumber + sent / this.#size) / 2 : byNumber;
  }

  cancel(item) {
    if (this.running.has(item)) item.abort();
    else {
      this.#drop(item);
      if (!this.failed.delete(item)) this.waiting = this.waiting.filter((each) => each !== item);
    }
    this.#go();
  }

  cancelAll() {
    this.waiting.forEach((item) => this.#drop(item));
    this.waiting = [];
    this.pause = "";
    this.running.forEach((item) => item.abort());
    this.#changed();
  }

  /** Send again what failed, or only `item`. */
  again(item) {
    const again = (item ? [item] : [...this.failed]).filter(({ reason }) => !["moved", "large", "unchosen"].includes(reason.kind));
    again.forEach((each) => this.failed.delete(each));
    this.waiting.unshift(...again);
    this.pause = "";
    this.#check();
    this.#go();
  }

  /** Forget what has ended. What is half in Core stays there: a page that is loaded anew shows it again. */
  clear() {
    this.failed.forEach((item) => this.#leave(item));
    this.failed.clear();
    if (!this.active) this.#forget();
    this.#changed();
  }

  #forget() {
    this.ended = [];
    this.#total = this.#duplicates = this.#size = this.#arrived = 0;
  }

  #leave(item) {
    this.#total -= 1;
    this.#size -= item.size;
  }

  // Core forgets it, too.
  #drop(item) {
    this.#leave(item);
    if (item.place) this.leave(item.place);
  }

  #go() {
    while (!this.pause && this.running.size < AT_ONCE && this.waiting.length) this.#send(this.waiting.shift());
    this.#changed();
  }

  async #send(item) {
    this.running.add(item);
    item.reason = null;
    const { abort, done } = this.send(item, (sent) => { item.sent = sent; this.#changed(); });
    item.abort = abort;
    try {
      this.#end(item, await done);
    } catch (reason) {
      this.running.delete(item);
      this.#stopped(item, reason);
    }
    this.#go();
  }

  #end(item, { asset, duplicate }) {
    this.running.delete(item);
    item.file = item.meta = null; // ten thousand of them must not stay open
    Object.assign(item, { sent: item.size, asset, duplicate });
    this.#arrived += item.size;
    this.#duplicates += duplicate ? 1 : 0;
    this.ended.push(item);
    this.dispatchEvent(new CustomEvent("arrived", { detail: item }));
  }

  #stopped(item, reason) {
    if (reason.kind === "stopped") this.#drop(item);
    else if (reason.kind === "busy") this.#later(item, reason.wait);
    else {
      item.reason = reason;
      this.failed.add(item);
      if (PAUSES[reason.kind] && (this.waiting.length || reason.kind === "broken")) this.#hold(reason.kind);
    }
  }

  #later(item, wait) {
    this.waiting.unshift(item);
    this.pause ||= "FaceForge has much to do. The rest goes on in a moment.";
    setTimeout(() => this.#resume(), Math.min(wait, 60) * 1000);
  }

  #hold(kind) {
    const asking = this.pause === PAUSES.broken;
    this.pause = PAUSES[kind];
    if (kind === "broken" && !asking) this.#ask();
  }

  async #ask() {
    await new Promise((next) => setTimeout(next, ASK_EVERY));
    if (this.pause !== PAUSES.broken) return;
    if (await this.answers()) this.#resume();
    else this.#ask();
  }

  // What the broken connection has stopped goes on first.
  #resume() {
    const broken = [...this.failed].filter(({ reason }) => reason.kind === "broken");
    broken.forEach((item) => this.failed.delete(item));
    this.waiting.unshift(...broken);
    this.pause = "";
    this.#go();
  }

  #changed() { this.dispatchEvent(new Event("change")); }
}

const coreAnswers = () => fetch("/healthz", { cache: "no-store" }).then(({ ok }) => ok, () => false);
