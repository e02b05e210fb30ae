// Tokens that are written one after another, such as tags: Enter or a comma makes one, Backspace takes the last away.
// Each token has a hidden input; what is still being written is sent, too.

export class TagInput extends HTMLElement {
  connectedCallback() {
    this.line = this.querySelector("input[type=text]");
    this.name = this.line.name;
    for (const button of this.querySelectorAll("button")) button.hidden = false;
    for (const type of ["click", "keydown", "input", "paste"]) this.addEventListener(type, this);
  }

  disconnectedCallback() {
    for (const type of ["click", "keydown", "input", "paste"]) this.removeEventListener(type, this);
  }

  get tokens() {
    return [...this.querySelectorAll("[data-token]")];
  }

  get values() {
    return this.tokens.map((token) => token.querySelector("input").value);
  }

  handleEvent(event) {
    if (event.type === "click") this.clicked(event);
    else if (event.type === "keydown" && event.target === this.line) this.pressed(event);
    else if (event.type === "input" && this.line.value.includes(",")) this.take();
    else if (event.type === "paste") this.pasted(event);
  }

  clicked(event) {
    const token = event.target.closest("button")?.closest("[data-token]");
    if (token) this.drop(token);
    else if (event.target === this) this.line.focus();
  }

  pressed(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && this.line.value.trim()) {
      event.preventDefault(); // an empty line sends the form
      this.take();
    } else if (event.key === "Backspace" && this.line.value === "" && this.tokens.length) {
      this.drop(this.tokens.at(-1));
    }
  }

  pasted(event) {
    const text = event.clipboardData.getData("text/plain");
    if (!/[,\n]/.test(text)) return;
    event.preventDefault();
    this.line.value += text.replace(/\s*\n\s*/g, ",");
    this.take();
  }

  /** Make tokens of what is written; commas divide. */
  take() {
    const present = new Set(this.values);
    for (const part of this.line.value.split(",")) {
      const text = part.trim();
      if (text && !present.has(text)) this.line.before(this.token(text));
      present.add(text);
    }
    this.line.value = "";
    this.changed();
  }

  drop(token) {
    token.remove();
    this.line.focus();
    this.changed();
  }

  token(text) {
    const token = part("span", { className: "chip" });
    token.dataset.token = "";
    const button = part("button", { className: "x", type: "button", ariaLabel: `Remove ${text}` });
    const cross = part("span", { textContent: "×", ariaHidden: "true" });
    button.append(cross);
    token.append(
      part("bdi", { textContent: text }),
      part("input", { type: "hidden", name: this.name, value: text }),
      button,
    );
    return token;
  }

  changed() {
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function part(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

if (!window.customElements.get("ff-tag-input")) window.customElements.define("ff-tag-input", TagInput);
