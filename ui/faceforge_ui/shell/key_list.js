// The list of keys on `?`: what works on this page, as its elements have said.
import { element } from "../design/element.js";
import { keys } from "./keys.js";
import { style } from "./later.js";

await style(new URL("./palette.css", import.meta.url));

const SIGNS = {
  ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Enter: "↵", Escape: "Esc", Space: "Space", Delete: "Del",
  Control: "Ctrl", Shift: "⇧", Home: "Home", End: "End",
};

/** The keys of a binding, as they are printed on a keyboard. */
export const caps = (key) => key.split(/ |\+(?=.)/).map((one) => element("kbd", {}, SIGNS[one] ?? one));

/** The bindings by scope, those with one label together: [[scope, [[label, [key, …]], …]], …]. */
function grouped() {
  const scopes = new Map();
  for (const { scope, label, key } of keys.list()) {
    const labels = scopes.get(scope) ?? scopes.set(scope, new Map()).get(scope);
    const all = labels.get(label) ?? labels.set(label, []).get(label);
    if (!all.includes(key)) all.push(key);
  }
  return [...scopes].map(([scope, labels]) => [scope, [...labels]]);
}

function keyList() {
  return grouped().map(([scope, labels]) => element("section", {}, element("h3", {}, scope), element("ul", {}, labels.map(
    ([label, all]) => element("li", {}, element("span", {}, label), element("span", { className: "caps" }, all.map(caps).flat()))))));
}

export function showKeys() {
  const close = element("button", { type: "button", className: "btn quiet", onclick: () => box.close() }, "Close");
  const head = element("header", {}, element("h2", { id: "keys-title" }, "Keyboard"), close);
  const box = element("dialog", { className: "keys", "aria-labelledby": "keys-title" }, head, element("div", { className: "cols3" }, keyList()));
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", ({ target }) => { if (target === box) box.close(); });
  document.body.append(box);
  box.showModal();
}
