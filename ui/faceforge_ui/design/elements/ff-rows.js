// Several values of one field: adds rows and takes them away. A row has one control or several. Without it there is one
// empty row to fill.

export class Rows extends HTMLElement {
  made = 0; // rows that were added: each of their controls has an id of its own

  connectedCallback() {
    this.addEventListener("click", this);
    this.addEventListener("input", this);
    this.querySelector("[data-add]").hidden = false;
    this.refresh();
  }

  get rows() {
    return [...this.querySelectorAll("[data-row]")];
  }

  handleEvent(event) {
    const button = event.type === "click" ? event.target.closest("button") : null;
    if (button?.hasAttribute("data-add")) this.add();
    if (button?.hasAttribute("data-remove")) this.drop(button.closest("[data-row]"));
    this.refresh();
  }

  add() {
    const last = this.rows.at(-1);
    const row = last.cloneNode(true);
    for (const control of controls(row)) {
      control.value = "";
      control.id = `${control.id.replace(/\+\d+$/, "")}+${this.made += 1}`;
    }
    last.after(row);
    controls(row)[0].focus();
  }

  drop(row) {
    const rows = this.rows;
    if (rows.length === 1) for (const control of controls(row)) control.value = "";
    else row.remove();
    controls(this.rows[Math.max(0, rows.indexOf(row) - 1)])[0].focus();
    this.dataset.unsaved = ""; // a row less is seen by no field
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Number the rows, and let only a row with a value be followed by another. */
  refresh() {
    const rows = this.rows;
    for (const [place, row] of rows.entries()) {
      for (const named of row.querySelectorAll("[aria-label]")) {
        const label = named.getAttribute("aria-label").replace(/\d+$/, String(place + 1));
        named.setAttribute("aria-label", label);
        if (named.title) named.title = label;
      }
      row.querySelector("[data-remove]").hidden = rows.length === 1 && !isFilled(row);
    }
    this.querySelector("[data-add]").disabled = !isFilled(rows.at(-1));
  }
}

const controls = (row) => [...row.querySelectorAll("input, select, textarea")];
const isFilled = (row) => controls(row).some((control) => control.value);

if (!window.customElements.get("ff-rows")) window.customElements.define("ff-rows", Rows);
