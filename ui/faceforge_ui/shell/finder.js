// Finding entities and files by name: asks Core, waits until the typing rests, and answers longer words from what it has.
import { call } from "./session.js";

const REST_MS = 120;
const LETTERS = 3; // from so many on, a longer word is found among what a shorter one found

/** What was found by one address; late answers are dropped. */
export class Finder {
  #address;
  #answers = new Map(); // word -> {entities, files, complete}
  #stop = null;

  constructor(address) {
    this.#address = address;
  }

  /** What is known of a word without asking, or null. */
  known(word) {
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
      if (this.#answers.size > 200) this.#answers.clear();
      if (word) this.#answers.set(word, found);
      return found;
    } catch {
      return null;
    }
  }

  /** Forget what was found: something has changed. */
  forget() {
    this.#answers.clear();
  }
}

function narrowed({ entities, files }, word) {
  const asked = word.toLocaleLowerCase();
  const has = ({ name, other = [] }) => [name, ...other].some((each) => each.toLocaleLowerCase().includes(asked));
  return { entities: entities.filter(has), files: files.filter(has), complete: true };
}
