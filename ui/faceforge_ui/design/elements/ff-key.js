// A key for a control: `<ff-key data-key="f" data-label="find by name">` presses what stands in it, or writes in it.

import { keys } from "../../shell/keys.js";

/**
 * `data-press` is a selector for the control, else it is the first link, button or field; `data-scope` and `data-label`
 * are for the list of keys, `data-action` with `data-icon` for the palette.
 */
class Key extends HTMLElement {
  connectedCallback() {
    const { key, scope = "In a list or gallery", label, action, icon } = this.dataset;
    this.giveBack = keys.on({ scope, key, label, action, icon, act: () => this.press() });
  }

  disconnectedCallback() {
    this.giveBack();
  }

  press() {
    const control = this.querySelector(this.dataset.press ?? "a, button, input");
    if (!control) return false;
    if (control.matches("input")) control.select();
    else control.click();
    return true;
  }
}

customElements.define("ff-key", Key);
