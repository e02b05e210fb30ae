// A text file, read piece by piece: what a person sees is fetched, and no more. Text stays text, whatever stands in it.
//
// <ff-text data-src="/v1/assets/…/download" data-size="1234567" data-encoding="utf-8"><pre>first lines</pre></ff-text>

import { element } from "../design/element.js";
import { call } from "../shell/session.js";

const PIECE = 256 * 1024;

class Text extends HTMLElement {
  #read = 0;
  #asking = false;
  #decoder = null;

  connectedCallback() {
    this.page = this.querySelector("pre");
    if (!this.page || this.querySelector(".more")) return;
    this.page.tabIndex = 0; // it scrolls, so it can be reached by keys
    this.button = element("button", { type: "button", className: "btn", onclick: () => this.#more() });
    this.said = element("span", { className: "muted small", role: "status" });
    this.foot = element("p", { className: "more row wrap" }, this.button, this.said);
    this.foot.hidden = true;
    this.append(this.foot);
    try {
      this.#decoder = new TextDecoder(this.dataset.encoding || "utf-8");
    } catch {
      this.#say("This browser does not know how the text is written; these are its first lines. Download it to read it all.");
      return;
    }
    this.#more();
  }

  async #more() {
    if (this.#asking) return;
    this.#asking = true;
    const [size, from] = [Number(this.dataset.size), this.#read];
    const to = Math.min(size, from + PIECE);
    try {
      const bytes = size ? await this.#piece(from, to) : new ArrayBuffer(0);
      const text = this.#decoder.decode(bytes, { stream: to < size });
      if (from === 0) this.page.textContent = ""; // the first lines, which the server wrote, are in it
      this.page.append(text);
      this.#read = to;
      this.#offer(size);
    } catch (failure) {
      this.#say(`${failure.message}`);
      this.button.textContent = "Try again";
      this.button.hidden = false;
    } finally {
      this.#asking = false;
    }
  }

  async #piece(from, to) {
    const answer = await call(this.dataset.src, { headers: { Range: `bytes=${from}-${to - 1}` } });
    return answer.arrayBuffer();
  }

  #offer(size) {
    const rest = size - this.#read;
    this.foot.hidden = rest <= 0;
    this.button.hidden = rest <= 0;
    this.button.textContent = "Show more";
    this.said.textContent = rest > 0 ? `${share(this.#read, size)} % of the text is shown.` : "";
  }

  #say(text) {
    this.foot.hidden = false;
    this.button.hidden = true;
    this.said.textContent = text;
  }
}

const share = (part, whole) => Math.max(1, Math.floor((part / whole) * 100));

window.customElements.define("ff-text", Text);
