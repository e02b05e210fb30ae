// What other tabs of this browser upload. Each tab that uploads tells the others, at most twice a second.

const EVERY = 500; // milliseconds
const FORGOTTEN = 90_000; // a hidden tab may be slowed down to one message a minute

/** Fires `change`. `read()` is the state of the queue of this tab. */
export class OtherTabs extends EventTarget {
  #channel = new BroadcastChannel("faceforge.uploads");
  #own = crypto.getRandomValues(new Uint32Array(2)).join("-");
  #others = new Map();
  #timer = 0;
  #told = false;

  constructor(read) {
    super();
    this.read = read;
    this.#channel.onmessage = ({ data }) => this.#heard(data);
    addEventListener("pagehide", () => this.#channel.postMessage({ from: this.#own, state: null }));
    this.#channel.postMessage({}); // asks the others
  }

  /** The state of the tab that spoke last, or null. */
  get state() {
    for (const [from, { at }] of this.#others) if (Date.now() - at > FORGOTTEN) this.#others.delete(from);
    return [...this.#others.values()].at(-1)?.state ?? null;
  }

  /** Say soon that the state of this tab has changed. */
  tell() { this.#timer ||= setTimeout(() => this.#post(), EVERY); }

  /** Show nothing of other tabs until they speak again. */
  dismiss() { this.#others.clear(); }

  #post() {
    this.#timer = 0;
    const state = this.read();
    if (!state.total && !this.#told) return;
    this.#told = Boolean(state.total);
    this.#channel.postMessage({ from: this.#own, state });
  }

  #heard({ from, state }) {
    if (!from) { this.#post(); return; }
    this.#others.delete(from);
    if (state?.total) this.#others.set(from, { state, at: Date.now() });
    this.dispatchEvent(new Event("change"));
  }
}
