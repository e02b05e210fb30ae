// Finding entities and files by name: asks Core, waits until the typing rests, and answers longer words from what it has.
import { call } from "./session.js";

const REST_MS = 120;
const LETTERS = 3; // from so many on, a longer word is found among what a shorter one found
const MOST = 200; // answers that are kept
let changes = 0; // of names in the library, since this page was opened

document.addEventListener("ff:event", ({ detail: { type } }) => { if (/^(\*$|entity\.|asset\.)/.test(type)) changes += 1; });

/** What was found by one address; late answers are dropped. */
export class Finder {
  #address;
  #answers = new Map(); // word -> {entities, files, complete}
  #stop = null;
  #changes = changes;

  constructor(address) {
    this.#address = address;
  }

  /** What is known of a word without asking, or null. */
  known(word) {
    if (this.#changes !== changes) this.#answers.clear(); // somebody may be called otherwise by now
    this.#changes = changes;
    const own = this.#answers.get(word);
    if (own) return own;
    for (let end = word.length - 1; end >= LETTERS; end -= 1) {
      const shorter = this.#answers.get(word.slice(0, end));
      if (shorter?.complete) return narrowed(shorter, word);
    }
    return null;
  }

  /** Ask Core; null when it is asked for something else meanwhile, or does not answer. */
  async find(word) {
    this.#stop?.abort();
    const { signal } = this.#stop = new AbortController();
    await new Promise((resolve) => { setTimeout(resolve, REST_MS); });
    if (signal.aborted) return null;
    const joint = this.#address.includes("?") ? "&" : "?";
    try {
      const found = await (await call(`${this.#address}${joint}${new URLSearchParams({ q: word })}`, { signal })).json();
      if (this.#answers.size >= MOST) this.#answers.clear();
      if (word) this.#answers.set(word, found);
      return found;
    } catch {
      return null;
    }
  }
}

function narrowed({ entities, files }, word) {
  const asked = word.toLowerCase();
  const has = ({ name, other = [] }) => [name, ...other].some((each) => each.toLowerCase().includes(asked));
  return { entities: entities.filter(has), files: files.filter(has), complete: true };
}
