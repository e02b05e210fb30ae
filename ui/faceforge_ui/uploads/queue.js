// The files on their way to Core: a few at a time, the rest waits. It knows nothing of the page that shows it.

import { send as sendToCore, Unsent } from "./send.js";
import { bytes } from "./words.js";

const AT_ONCE = 3; // a browser opens six connections to one address; one is the live stream, two stay for the pages
const ASK_EVERY = 2000; // milliseconds between questions whether Core is back

const PAUSES = {
  broken: "FaceForge is not answering. The rest waits and goes on by itself.",
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

  constructor(send = sendToCore, answers = coreAnswers) {
    super();
    Object.assign(this, { send, answers });
  }

  /** Add `[{ file, meta, entity }]`. */
  add(found) {
    if (!this.active && !this.looking && !this.failed.size) this.#forget();
    for (const each of found) {
      this.waiting.push({ ...each, key: (this.#key += 1), name: each.file.name, size: each.file.size, sent: 0 });
      this.#size += each.file.size;
    }
    this.#total += found.length;
    this.#check();
    this.#go();
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
      this.#leave(item);
      if (!this.failed.delete(item)) this.waiting = this.waiting.filter((each) => each !== item);
    }
    this.#go();
  }

  cancelAll() {
    this.waiting.forEach((item) => this.#leave(item));
    this.waiting = [];
    this.pause = "";
    this.running.forEach((item) => item.abort());
    this.#changed();
  }

  /** Send again what failed, or only `item`. */
  again(item) {
    const again = (item ? [item] : [...this.failed]).filter(({ reason }) => !["moved", "large"].includes(reason.kind));
    again.forEach((each) => this.failed.delete(each));
    this.waiting.unshift(...again);
    this.pause = "";
    this.#check();
    this.#go();
  }

  /** Forget what has ended. */
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

  #go() {
    while (!this.pause && this.running.size < AT_ONCE && this.waiting.length) this.#send(this.waiting.shift());
    this.#changed();
  }

  async #send(item) {
    this.running.add(item);
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

  #end(item, asset) {
    this.running.delete(item);
    item.file = item.meta = null; // ten thousand of them must not stay open
    Object.assign(item, { sent: item.size, asset: asset.asset_id, duplicate: asset.duplicate, picture: asset.thumbnail?.small });
    this.#arrived += item.size;
    this.#duplicates += asset.duplicate ? 1 : 0;
    this.ended.push(item);
    this.dispatchEvent(new CustomEvent("arrived", { detail: item }));
  }

  #stopped(item, reason) {
    item.sent = 0;
    if (reason.kind === "stopped") this.#leave(item);
    else if (reason.kind === "busy") this.#later(item, reason.wait);
    else {
      item.reason = reason;
      this.failed.add(item);
      if (PAUSES[reason.kind] && this.waiting.length) this.#hold(reason.kind);
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

  #resume() {
    this.pause = "";
    this.#go();
  }

  #changed() { this.dispatchEvent(new Event("change")); }
}

const coreAnswers = () => fetch("/healthz", { cache: "no-store" }).then(({ ok }) => ok, () => false);
