// Which records of a list are selected: a set of ids, which outlives the cells that show them.

export const MOST = 1000; // as many as one action takes at once

export class Chosen {
  constructor(changed) {
    this.ids = new Set();
    this.anchor = null; // the place that Shift selects from
    this.changed = changed;
  }

  has(id) {
    return this.ids.has(id);
  }

  /** Select or leave out one record. */
  set(id, index, on) {
    if (on && this.ids.size < MOST) this.ids.add(id);
    if (!on) this.ids.delete(id);
    this.anchor = index;
    this.changed();
  }

  /** Select what stands from the anchor up to `index`, as far as it is loaded. */
  upTo(index, cells) {
    const [low, high] = [this.anchor ?? index, index].sort((a, b) => a - b);
    this.add([...cells].filter(([place]) => place >= low && place <= high));
    this.anchor ??= index;
  }

  /** Select these cells, up to as many as one action takes. */
  add(cells) {
    for (const [, cell] of cells) if (this.ids.size < MOST) this.ids.add(cell.dataset.id);
    this.changed();
  }

  clear() {
    this.ids.clear();
    this.anchor = null;
    this.changed();
  }
}
