// A button that copies a text: <ff-copy data-text="…"><button>Copy</button></ff-copy>, or data-from="the id of what has it".

import { toast } from "../../shell/toasts.js";

class Copy extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this);
  }

  async handleEvent(event) {
    if (!event.target.closest("button")) return;
    const source = document.getElementById(this.dataset.from);
    const text = this.dataset.text ?? source?.value ?? source?.textContent ?? "";
    if (await copied(text)) toast("Copied");
    else toast("This browser does not let pages copy. Select the text and copy it by hand.", { kind: "bad" });
  }
}

/** Without HTTPS browsers have a clipboard only for pages of their own machine; elsewhere a selection is copied. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

if (!window.customElements.get("ff-copy")) window.customElements.define("ff-copy", Copy);
