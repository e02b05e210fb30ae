// <ff-copy for="ID"> around a button: copies the text of that element, and says so on the button.
const SAID_MS = 2000;

class Copy extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = false;
    this.label = button.lastChild;
    button.addEventListener("click", () => this.copy(document.getElementById(this.getAttribute("for"))));
  }

  /** Where the browser lets no script write to the clipboard (an address without HTTPS elsewhere), the text is selected. */
  async copy(from) {
    const said = this.label.textContent;
    try {
      await navigator.clipboard.writeText(from.textContent);
      this.label.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(from);
      this.label.textContent = "Selected: press Ctrl C";
    }
    setTimeout(() => { this.label.textContent = said; }, SAID_MS);
  }
}

customElements.define("ff-copy", Copy);
