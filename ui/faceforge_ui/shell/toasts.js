// Short messages at the edge of the page, with Undo where there is one. They stay while somebody points at them.
import { element } from "../design/element.js";
import { keys } from "./keys.js";
import { later } from "./later.js";

const KEPT = "faceforge.said"; // what was said by a page that is left, for the next one
const SECONDS = 8;

/** Say something. `undo` is the address to POST to, or a function; `kind` "bad" for what went wrong. */
export function toast(text, { undo, kind = "" } = {}) {
  const made = element("div", { className: `toast ${kind}` }, element("span", {}, text));
  if (kind === "bad") made.setAttribute("role", "alert");
  if (undo) made.append(element("button", { type: "button", onclick: () => take(made, undo) }, "Undo"));
  made.append(element("button", { type: "button", className: "close", ariaLabel: "Dismiss", onclick: () => leave(made) }, "×"));
  show(made);
  return made;
}

function show(made) {
  document.getElementById("toasts").append(made);
  wait(made);
}

/** Show what an answer of Core has to say: the list `#said` of a page or a part. */
export function showSaid(page) {
  for (const { text, undo } of saidIn(page)) toast(text, { undo });
}

/** Keep what an answer has to say for the page that comes next. */
export function keepSaid(page) {
  const said = saidIn(page);
  if (said.length) sessionStorage.setItem(KEPT, JSON.stringify(said));
}

function saidIn(page) {
  return [...(page?.querySelectorAll("#said > *") ?? [])].map((line) => ({ text: line.textContent, undo: line.dataset.undo || "" }));
}

function take(made, undo) {
  leave(made);
  if (typeof undo === "function") undo();
  else later(() => import("./undo.js")).then((code) => (code ? code.undo(undo) : show(made)));
}

function wait(made) {
  const end = () => (made.matches(":hover, :focus-within") ? begin() : leave(made));
  const begin = () => setTimeout(end, SECONDS * 1000);
  begin();
}

function leave(made) {
  if (made.contains(document.activeElement)) document.getElementById("main").focus({ preventScroll: true });
  made.remove();
}

keys.on({ scope: "Anywhere", key: "z", label: "Undo", hidden: true, act: () => {
  const last = [...document.querySelectorAll("#toasts button:not(.close)")].pop();
  if (!last) return false;
  last.click();
} });

showSaid(document);
for (const { text, undo } of JSON.parse(sessionStorage.getItem(KEPT) ?? "[]")) toast(text, { undo });
sessionStorage.removeItem(KEPT);
