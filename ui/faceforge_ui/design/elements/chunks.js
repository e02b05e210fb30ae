// What a windowed list has loaded: its cells by chunks, each of which the server answers at an address of its own.

const KEPT = 40; // chunks in memory; what is further away is asked for again
const AT_ONCE = 2;
const PATIENCE = 2000; // milliseconds until a chunk that did not arrive is asked for again

/**
 * The first chunk is what the server has written into the page. Each answer names the address of the chunk that
 * follows; a chunk further away is asked for as the nearest one whose address is known, with `skip`. On its way there
 * the server passes places, and tells them as `passed`: rows passed over -> cursor.
 */
export class Chunks {
  /** `take(document)` answers the list in an answer; `arrived(number, list)` is told when a chunk is there. */
  constructor({ cells, here, next, size, take, arrived }) {
    this.first = cells.length;
    this.size = size || this.first || 1;
    this.take = take;
    this.arrived = arrived;
    this.loaded = new Map([[0, { cells, stale: false }]]);
    this.under = new Map();
    this.failed = new Map();
    this.addresses = new Map([[0, whole(next || here)]]);
    if (next) this.addresses.set(1, next);
  }

  numberOf(index) {
    return index < this.first ? 0 : 1 + Math.floor((index - this.first) / this.size);
  }

  start(number) {
    return number === 0 ? 0 : this.first + (number - 1) * this.size;
  }

  /** The cell at a place in the list, or nothing while it is not here. */
  cell(index) {
    const number = this.numberOf(index);
    return this.loaded.get(number)?.cells[index - this.start(number)];
  }

  /** All cells that are here, with their places, in the order of the list. */
  *all() {
    for (const number of [...this.loaded.keys()].sort((a, b) => a - b)) {
      const start = this.start(number);
      for (const [at, cell] of this.loaded.get(number).cells.entries()) yield [start + at, cell];
    }
  }

  /** How many cells are here. */
  count() {
    return [...this.loaded.values()].reduce((sum, { cells }) => sum + cells.length, 0);
  }

  /** Ask for what is missing from `from` to `to`, and no longer for what is not. */
  want(from, to) {
    const first = this.numberOf(from), last = this.numberOf(Math.max(from, to - 1));
    for (const [number, request] of this.under) {
      if (number >= first && number <= last) continue;
      request.abort();
      this.under.delete(number);
    }
    for (let number = first; number <= last; number++) {
      const chunk = this.loaded.get(number);
      if (chunk) this.touch(number, chunk);
      if ((!chunk || chunk.stale) && this.free(number)) this.ask(number);
    }
    this.forget(first, last);
  }

  /** All that is here may be old: what is in view is asked for again, the rest when it comes into view. */
  doubt() {
    this.failed.clear();
    for (const chunk of this.loaded.values()) chunk.stale = true;
  }

  /** Whether it may be asked for now. One without an address waits for those under way: they may bring it. */
  free(number) {
    if (this.under.has(number) || this.under.size >= AT_ONCE) return false;
    if (this.under.size && !this.addresses.has(number)) return false;
    return performance.now() - (this.failed.get(number) ?? -PATIENCE) >= PATIENCE;
  }

  touch(number, chunk) {
    this.loaded.delete(number); // a Map is in the order of insertion: the oldest stands first
    this.loaded.set(number, chunk);
  }

  forget(first, last) {
    for (const number of [...this.loaded.keys()]) {
      if (this.loaded.size <= KEPT) return;
      if (number && (number < first || number > last)) this.loaded.delete(number);
    }
  }

  /** The nearest chunk before this one whose address is known. */
  known(number) {
    let known = number;
    while (!this.addresses.has(known)) known--;
    return known;
  }

  /** Chunks begin where the server passed, when it steps by whole chunks. */
  remember(from, passed) {
    for (const [rows, cursor] of Object.entries(passed ?? {})) {
      const index = from + Number(rows), begun = this.numberOf(index);
      if (this.start(begun) === index) this.addresses.set(begun, after(this.addresses.get(0), cursor));
    }
  }

  address(number) {
    const known = this.known(number);
    const address = new URL(this.addresses.get(known), location.href);
    const skip = this.start(number) - this.start(known);
    if (skip) address.searchParams.set("skip", skip);
    address.searchParams.set("rows", number ? this.size : this.first || this.size); // the next chunk begins where this one ends
    if (this.loaded.get(number)?.stale) address.searchParams.set("count", "1");
    return address;
  }

  async ask(number) {
    const request = new AbortController(), from = this.start(this.known(number));
    this.under.set(number, request);
    try {
      const headers = { "X-FaceForge-Part": "main", Accept: "text/html" };
      const answer = await fetch(this.address(number), { headers, signal: request.signal });
      if (!answer.ok) throw new Error(`The list was answered ${answer.status}.`);
      const list = this.take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      this.remember(from, list.passed);
      this.put(number, list);
      this.under.delete(number);
      this.arrived(number, list);
    } catch {
      if (!request.signal.aborted) this.failed.set(number, performance.now());
      if (this.under.get(number) === request) this.under.delete(number);
      if (!request.signal.aborted) setTimeout(() => this.arrived(number, null), PATIENCE + 50);
    }
  }

  /** An equal cell that is here already stays, so that its picture does not blink. */
  put(number, { cells, next }) {
    const before = new Map((this.loaded.get(number)?.cells ?? []).map((cell) => [cell.dataset.id, cell]));
    const kept = cells.map((cell) => {
      const old = before.get(cell.dataset.id);
      return old && old.dataset.version === cell.dataset.version ? old : cell;
    });
    this.loaded.set(number, { cells: kept, stale: false });
    this.failed.delete(number);
    if (next) this.addresses.set(number + 1, next);
    else this.addresses.delete(number + 1);
  }
}

/** An address with another cursor. */
function after(address, cursor) {
  const made = new URL(address, location.href);
  made.searchParams.set("cursor", cursor);
  return made.href;
}

/** The address of the list from its beginning. */
function whole(part) {
  const address = new URL(part, location.href);
  address.searchParams.delete("cursor");
  address.searchParams.delete("rows");
  return address.href;
}
