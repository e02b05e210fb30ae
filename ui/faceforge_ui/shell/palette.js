// Search or do: one field for entities, files and actions; `>` shows actions alone. search.js brings it.
import { element } from "../design/element.js";
import { actions } from "./actions.js";
import { Finder } from "./finder.js";
import { icon } from "./icon.js";
import { caps } from "./key_list.js";
import { style } from "./later.js";
import { go } from "./swap.js";

await style(new URL("./palette.css", import.meta.url));

const finder = new Finder("/find");
let dialog = null;
let field, list, said;
let back = null; // where the focus was
let awaited = null; // the word whose first record is to be opened as soon as it is found

function make() {
  list = element("ul", { id: "palette-found", role: "listbox", ariaLabel: "Found" });
  said = element("p", { className: "unseen", role: "status" });
  field = element("input", {
    role: "combobox", type: "text", autocomplete: "off", spellcheck: false, ariaLabel: "Search or do", ariaExpanded: "true",
    "aria-controls": list.id, ariaAutoComplete: "list", placeholder: "Search names and files, or type an action",
    oninput: () => draw(), onkeydown: onKey,
  });
  const close = element("button", { type: "button", className: "close", ariaLabel: "Close", onclick: () => dialog.close() }, element("kbd", {}, "Esc"));
  const foot = [[["ArrowUp", "ArrowDown"], "choose"], [["Enter"], "open"], [["Control+Enter"], "in a new tab"], [[">"], "actions only"]];
  dialog = element("dialog", { className: "palette", ariaLabel: "Search and actions" },
    element("div", { className: "top" }, icon("search"), field, close), list, said,
    element("div", { className: "foot", ariaHidden: "true" }, foot.map(([signs, text]) => element("span", {}, signs.map(caps).flat(), text))));
  dialog.addEventListener("click", onClick);
  dialog.addEventListener("close", () => back?.isConnected && back.focus({ preventScroll: true }));
  document.body.append(dialog);
}

export function openPalette(text = "") {
  if (!dialog) make();
  if (dialog.open) return void field.select();
  back = document.activeElement;
  field.value = text;
  draw();
  dialog.showModal();
  field.focus();
}

async function draw() {
  awaited = null;
  const [only, word] = field.value.startsWith(">") ? [true, field.value.slice(1).trim()] : [false, field.value.trim()];
  const acts = actions(word);
  const known = only ? { entities: [], files: [] } : finder.known(word);
  show(known ?? { entities: [], files: [] }, acts, word, Boolean(known));
  if (known) return;
  const found = await finder.find(word);
  if (!found || field.value.trim() !== word) return;
  show(found, actions(word), word, true);
  if (awaited === word && dialog.open) take(options()[0]);
}

function show({ entities, files }, acts, word, complete) {
  const groups = [["Entities", entities.map(record)], ["Files", files.map(record)], ["Actions", acts.map(action)]];
  const lines = groups.filter(([, options]) => options.length).flatMap(([title, options]) => [heading(title), ...options]);
  if (!lines.length && complete) lines.push(heading(word ? `Nothing is called “${word}”.` : "Nothing is here yet."));
  list.replaceChildren(...lines);
  said.textContent = complete ? told(entities.length + files.length, acts.length) : "";
  options().forEach((option, at) => { option.id = `palette-option-${at}`; });
  choose(options()[0]);
}

/** What a screen reader hears of what was found. */
const told = (records, acts) => `${records || "No"} ${records === 1 ? "record" : "records"}, ${acts || "no"} ${acts === 1 ? "action" : "actions"}`;

const heading = (text) => element("li", { className: "h", role: "presentation" }, text);
const options = () => [...list.querySelectorAll("[role=option]")];

function record({ name, note, href, picture, kind }) {
  const face = picture ? element("img", { src: picture, alt: "", width: 28, height: 28, decoding: "async" }) : icon(kind === "file" ? "doc" : "person");
  const made = element("li", { role: "option" }, face, element("span", { className: "grow clip" }, element("bdi", {}, name)), element("span", { className: "muted small num" }, note));
  made.act = (fresh) => (fresh ? window.open(href, "_blank", "noopener") : go(href));
  return made;
}

function action({ label, icon: name, key, href, act }) {
  const made = element("li", { role: "option" }, icon(name), element("span", { className: "grow" }, label), key ? element("span", { className: "caps" }, caps(key)) : "");
  made.act = (fresh) => (fresh && href ? window.open(href, "_blank", "noopener") : act());
  return made;
}

function choose(option) {
  for (const one of options()) one.ariaSelected = String(one === option);
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

const chosen = () => list.querySelector("[aria-selected=true]");

function take(option, fresh) {
  if (!option) return;
  dialog.close();
  option.act(fresh);
}

function onKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const all = options();
    choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  } else if (event.key === "Enter" && !event.isComposing) {
    if (chosen()) take(chosen(), event.ctrlKey || event.metaKey);
    else awaited = field.value.trim(); // whoever knows the name does not wait for the list
  }
  else return;
  event.preventDefault();
}

function onClick(event) {
  if (event.target === dialog) dialog.close();
  else take(event.target.closest("[role=option]"), event.ctrlKey || event.metaKey);
}
