// <ff-left-out data-list="ADDRESS">: what did not come in, and why. The list may be long: its beginning is read and shown.
import { element } from "../design/element.js";
import { call } from "../shell/session.js";

const BYTES = 64 * 1024;
const MOST = 100;
const LEFT = ["failed", "skipped", "not_removed"];

class LeftOut extends HTMLElement {
  async connectedCallback() {
    if (this.querySelector("ul")) return;
    const headers = { Range: `bytes=0-${BYTES - 1}` };
    const answer = await call(this.dataset.list, { headers }).catch(() => null);
    if (!answer) return; // the link is there
    const whole = answer.status === 200 || Number(answer.headers.get("Content-Range")?.split("/")[1]) <= BYTES;
    const lines = (await answer.text()).split("\n");
    if (!whole) lines.pop(); // cut in the middle
    const found = lines.filter(Boolean).map((line) => JSON.parse(line)).filter(({ outcome }) => LEFT.includes(outcome));
    this.show(found.slice(0, MOST), whole && found.length <= MOST);
  }

  show(found, all) {
    if (!found.length) return;
    const rows = found.map(({ file, message }) => element("li", {},
      element("span", { className: "mono small" }, element("bdi", {}, file)), element("span", { className: "muted small" }, message)));
    this.prepend(element("ul", { className: "problems", ariaLabel: "What did not come in" }, rows));
    if (all) this.querySelector("p").hidden = true;
  }
}

if (!window.customElements.get("ff-left-out")) window.customElements.define("ff-left-out", LeftOut);
