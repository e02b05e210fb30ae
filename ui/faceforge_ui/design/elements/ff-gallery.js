// A gallery: cells of one size in as many columns as the grid of the style sheet has.

import { List } from "./list.js";

/** Its cells are `.ent`; columns, gaps and the height of a cell are what the style sheet makes of them. */
class Gallery extends List {
  get holder() {
    return this;
  }

  get pattern() {
    return ".ent";
  }

  measure() {
    const grid = getComputedStyle(this), tracks = grid.gridTemplateColumns.split(" ").map(parseFloat);
    const cell = this.firstElementChild;
    if (!cell || !tracks[0]) return { row: 0 };
    cell.style.width = `${tracks[0]}px`;
    const gap = parseFloat(grid.rowGap) || 0, height = cell.getBoundingClientRect().height;
    return { columns: tracks.length, width: tracks[0], step: tracks[0] + (parseFloat(grid.columnGap) || 0), height, gap, row: height + gap };
  }

  place(cell, index, shift = 0) {
    const { columns, width, step, row, height } = this.layout;
    const x = (index % columns) * step, top = Math.floor(index / columns) * row + shift;
    const y = Math.min(Math.max(top, 0), Math.max(this.tall - height, 0)); // one that only keeps the focus may be anywhere
    // Not by a transform: from where the grid had a cell to the same place, that would count as a shift of the layout.
    const wished = { top: `${y}px`, insetInlineStart: `${x}px`, width: `${width}px` };
    if (Object.entries(wished).some(([key, value]) => cell.style[key] !== value)) Object.assign(cell.style, wished);
  }

  setHeight(pixels) {
    this.style.height = `${pixels}px`;
  }

  settle() {}

  number(cell, index, total) {
    cell.setAttribute("role", "listitem");
    cell.ariaPosInSet = index + 1;
    cell.ariaSetSize = total;
  }

  blank() {
    const cell = document.createElement("div"), picture = document.createElement("div");
    cell.className = "ent waiting";
    picture.className = "pic";
    cell.append(picture);
    cell.style.height = `${this.layout.height}px`;
    return cell;
  }
}

customElements.define("ff-gallery", Gallery);
