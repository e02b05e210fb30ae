// A table whose rows are windowed: what is above and below the view is two empty rows of the height it would have.

import { element } from "../element.js";
import { List } from "./list.js";

/** Holds a `table`; its rows are those of the first `tbody`, each of the height of `--row`. */
class Table extends List {
  connectedCallback() {
    this.table = this.querySelector("table");
    this.above = spacer();
    this.below = spacer();
    if (!this.chunks) {
      this.table.tBodies[0].before(element("tbody", { ariaHidden: "true", className: "spacer" }, this.above));
      this.table.tBodies[1].after(element("tbody", { ariaHidden: "true", className: "spacer" }, this.below));
    }
    super.connectedCallback();
  }

  get holder() {
    return this.querySelector("tbody:not(.spacer)");
  }

  get pattern() {
    return "tbody:not(.spacer) > tr";
  }

  /** The head stays at the top of the window, unless the table is wider than its card, which then scrolls sideways. */
  measure() {
    const first = this.holder.firstElementChild;
    this.classList.remove("wide");
    this.classList.toggle("wide", this.table.scrollWidth > this.clientWidth + 1);
    return { columns: 1, width: this.clientWidth, gap: 0, row: first?.getBoundingClientRect().height ?? 0 };
  }

  /** The rows stand below the upper spacer, so the list begins where that does. */
  get top() {
    return this.above.getBoundingClientRect().top;
  }

  place() {}

  setHeight() {}

  settle(from, to, shift) {
    const { row } = this.layout, above = Math.max(0, from * row + shift);
    this.above.firstChild.style.height = `${above}px`;
    this.below.firstChild.style.height = `${Math.max(0, this.tall - above - (to - from) * row)}px`;
  }

  number(cell, index, total) {
    cell.ariaRowIndex = index + 2;
    this.table.ariaRowCount = total + 1;
  }

  blank() {
    const width = this.table.tHead.rows[0].cells.length;
    return element("tr", { className: "waiting" }, element("td", { colSpan: width }, element("span", { className: "line" })));
  }
}

function spacer() {
  return element("tr", {}, element("td", {}));
}

customElements.define("ff-table", Table);
