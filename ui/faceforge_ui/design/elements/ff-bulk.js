// What can be done with the selection of a list: a bar at the bottom that says how many, and sends their ids.

import { keys } from "../../shell/keys.js";

/**
 * `data-for` is the id of the list; the bar in it is `.bulk`, hidden while nothing is selected. Each form in it, also in its dialogs, is sent with the ids as `id`.
 * `[data-chosen]` says how many are selected; `[data-do=all]` selects what is loaded, `[data-do=clear]` nothing.
 * What its forms replace stands in it; the selection is cleared then, unless that has `data-failed`.
 * A control with `data-key` is pressed by that key while something is selected; `data-label` says what it does.
 */
class Bulk extends HTMLElement {
  connectedCallback() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    document.addEventListener("ff:chosen", (event) => this.chosen(event), { signal });
    document.addEventListener("ff:swapped", (event) => this.done(event), { signal });
    this.addEventListener("formdata", (event) => this.fill(event.formData), { signal });
    this.addEventListener("click", (event) => this.clicked(event), { signal });
    this.addEventListener("submit", () => (this.sent = true), { signal });
    this.ids ??= [];
    this.taken = [...this.querySelectorAll("[data-key]")].map((control) => {
      const { key, label } = control.dataset;
      return keys.on({ scope: "With a selection", key, label, act: () => this.ids.length > 0 && (control.click(), true) });
    });
    this.list?.mark?.();
  }

  disconnectedCallback() {
    this.leaving.abort();
    this.taken.forEach((giveBack) => giveBack());
  }

  get list() {
    return document.getElementById(this.dataset.for);
  }

  chosen({ target, detail: { ids, loaded, total } }) {
    if (target !== this.list) return;
    this.ids = ids;
    (this.querySelector(".bulk") ?? this).hidden = ids.length === 0;
    for (const each of this.querySelectorAll("[data-chosen]")) each.textContent = ids.length.toLocaleString("en");
    const all = this.querySelector("[data-do=all]"), most = Math.min(loaded, this.list.most);
    if (!all) return;
    all.hidden = ids.length >= most;
    all.querySelector("[data-loaded]").textContent = most.toLocaleString("en");
    all.querySelector("[data-rest]").hidden = loaded >= total;
  }

  fill(data) {
    for (const id of this.ids) data.append("id", id);
  }

  /** The answer to a form of ours is there: with an error in it the selection stays. */
  done({ target }) {
    if (!this.sent || !this.contains(target)) return;
    this.sent = false;
    if (target.hasAttribute("data-failed")) return;
    for (const dialog of this.querySelectorAll("dialog[open]")) dialog.close();
    this.list?.chosen.clear();
  }

  clicked({ target }) {
    const wish = target.closest("[data-do]")?.dataset.do;
    if (wish === "clear") this.list?.chosen.clear();
    if (wish === "all") this.list?.chosen.add(this.list.chunks.all());
  }
}

customElements.define("ff-bulk", Bulk);
