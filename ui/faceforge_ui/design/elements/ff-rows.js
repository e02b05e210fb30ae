// Several values of one field: adds rows and takes them away. Without it there is one empty row to fill.

export class Rows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.addEventListener("input", this);
    for (const hidden of this.querySelectorAll("[data-add], [data-remove]")) hidden.hidden = false;
    this.refresh();
  }

  get rows() {
    return [...this.querySelectorAll("[data-row]")];
  }

  handleEvent(event) {
    const button = event.type === "click" ? event.target.closest("button") : null;
    if (button?.hasAttribute("data-add")) this.add();
    if (button?.hasAttribute("data-remove")) this.remove_(button.closest("[data-row]"));
    this.refresh();
  }

  add() {
    const last = this.rows.at(-1);
    const row = last.cloneNode(true);
    const control = control_of(row);
    control.value = "";
    control.id = `${control.id.replace(/\+\d+$/, "")}+${this.rows.length}`;
    last.after(row);
    control.focus();
  }

  remove_(row) {
    const rows = this.rows;
    if (rows.length === 1) control_of(row).value = "";
    else row.remove();
    control_of(this.rows[Math.max(0, rows.indexOf(row) - 1)]).focus();
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  refresh() {
    const rows = this.rows;
    for (const [place, row] of rows.entries()) {
      const number = place + 1;
      for (const named of row.querySelectorAll("[aria-label]"))
        named.setAttribute("aria-label", named.getAttribute("aria-label").replace(/\d+$/, String(number)));
      row.querySelector("[data-remove]").hidden = rows.length === 1 && !control_of(row).value;
    }
    this.querySelector("[data-add]").disabled = !control_of(rows.at(-1)).value;
  }
}

function control_of(row) {
  return row.querySelector("input, select, textarea");
}

if (!window.customElements.get("ff-rows")) window.customElements.define("ff-rows", Rows);
