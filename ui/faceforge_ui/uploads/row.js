// A row of the upload panel: one file, how far it is, and what can be done about it.

import { element } from "../design/element.js";
import { icon } from "../shell/icon.js";
import { toast } from "../shell/toasts.js";
import { choose } from "./drop.js";
import { arrived, bytes } from "./words.js";

const SMALL = 12_000_000; // bytes; a larger picture is not decoded for a stamp
const RESUMED = new Set(["broken", "full", "away", "session"]); // what has come is kept, and the rest can follow

export class Row {
  #shown = "";
  #picture = "";

  constructor(item, queue) {
    Object.assign(this, { item, queue });
    this.stamp = element("span", { className: "stamp" }, this.#stamp());
    this.name = element("p", { className: "clip" }, element("bdi", {}, item.name));
    this.bar = element("progress", { className: "bar", max: 1, value: 0 });
    this.bar.setAttribute("aria-label", item.name);
    this.said = element("p", { className: "small muted" });
    this.act = element("div", { className: "act" });
    this.end = element("span", { className: "end" });
    this.element = element("li", {}, this.stamp, element("div", { className: "grow" }, this.name, this.bar, this.said, this.act), this.end);
  }

  #stamp() {
    const { file } = this.item;
    if (!file?.type.startsWith("image/") || file.type === "image/svg+xml" || file.size > SMALL) return icon(sign(file));
    this.#picture = URL.createObjectURL(file);
    return element("img", { src: this.#picture, alt: "", decoding: "async" });
  }

  /** `state`: running, failed or arrived. */
  show(state) {
    const { item } = this;
    if (state === "running") this.#running(item.size ? item.sent / item.size : 0);
    if (state === this.#shown) return;
    this.#shown = state;
    this.element.dataset.state = state;
    this.bar.hidden = state !== "running";
    this.said.hidden = state === "running";
    if (state === "failed") this.said.textContent = item.reason.message;
    if (state === "arrived") this.#arrived(item);
    this.act.replaceChildren(...(state === "failed" ? this.#acts(item.reason.kind) : []));
    this.end.replaceChildren(...this.#ends(state));
  }

  #running(part) {
    this.bar.value = part;
    this.bar.title = `${bytes(this.item.sent)} of ${bytes(this.item.size)}`;
    if (this.percent) this.percent.textContent = part < 1 ? `${Math.floor(part * 100)} %` : "Storing";
  }

  #arrived(item) {
    this.said.textContent = arrived(item);
    const link = element("a", { href: `/assets/${item.asset}` }, element("bdi", {}, item.name));
    this.name.replaceChildren(link);
    if (this.#picture) return;
    this.stamp.replaceChildren(element("img", { src: `/v1/assets/${item.asset}/thumbnail`, alt: "", decoding: "async" }));
  }

  // What helps depends on why it failed.
  #acts(kind) {
    const { item, queue } = this;
    if (kind === "moved" || kind === "large") return [];
    if (kind === "unchosen") return [button("Choose it again", () => choose("file", ([file]) => this.#goOn(file)))];
    if (RESUMED.has(kind)) return [button("Resume", () => queue.again(item))];
    if (kind !== "sidecar") return [button("Try again", () => queue.again(item))];
    return [button("Send without it", () => { item.meta = null; queue.again(item); })];
  }

  #goOn(file) {
    if (this.queue.goOn(this.item, file)) return;
    toast("That is another file: its name, its size or its date differs.", { kind: "bad" });
  }

  #ends(state) {
    const { item, queue } = this;
    if (state === "arrived") return [icon("check")];
    const words = state === "running" ? `Stop ${item.name}` : `Leave out ${item.name}`;
    const stop = button(words, () => queue.cancel(item), icon("x"));
    if (state !== "running") return [stop];
    this.percent = element("span", { className: "small muted num" });
    this.#running(item.size ? item.sent / item.size : 0);
    return [this.percent, stop];
  }

  leave() {
    if (this.#picture) URL.revokeObjectURL(this.#picture);
    this.element.remove();
  }
}

function button(label, act, sign) {
  const made = element("button", { type: "button", className: sign ? "btn quiet icon-only" : "btn small" }, sign ?? label);
  if (sign) made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

const sign = (file) => (/^(image|audio|video|text)\//.exec(file?.type)?.[1] ?? "doc");
