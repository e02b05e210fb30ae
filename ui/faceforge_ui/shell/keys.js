// The keys that work here. Elements say what they take while they are in the page; the list on `?` is made of it.
//
//   this.off = keys.on({ scope: "In a list or gallery", key: "x", label: "select", act: () => this.select() });
//
// `key` is a character ("x", "?"), a name ("ArrowLeft", "Escape", "Delete", "Space"), with "Shift+" or "Control+" (⌘ too)
// before it, or two after each other ("g e"). The newest comes first; an `act` that answers false leaves it to the next.
import { looks } from "./looks.js";

const CHORD_MS = 1500;
const bindings = [];
let first = ""; // of two keys
let since = 0;

export const keys = {
  /** Take a key; answers the function that gives it back. `typing`: in fields, too. `within`: the element in whose dialog
   * it works. `hidden`: not in the list. `action`: offered in the palette, with `icon`. */
  on(binding) {
    bindings.unshift(binding);
    return () => { const at = bindings.indexOf(binding); if (at >= 0) bindings.splice(at, 1); };
  },
  /** What works here now, oldest first. */
  list: () => bindings.filter((one) => !one.hidden && allowed(one)).reverse(),
  /** What the palette offers, oldest first; of those called alike the newest. */
  actions: () => [...new Map(bindings.filter(({ action }) => action).reverse().map((one) => [one.action, one])).values()],
};

/** The name of what was pressed, as bindings write it, or "" for what is none of ours. */
export function pressed(event) {
  if (event.isComposing || (event.altKey && !event.getModifierState("AltGraph"))) return "";
  let key = event.key === " " ? "Space" : event.key;
  if (/^\p{L}$/u.test(key)) key = /^[a-z]$/i.test(key) ? key.toLowerCase() : /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase() ?? key;
  const shift = event.shiftKey && (key.length > 1 || /[a-z]/.test(key)) ? "Shift+" : "";
  const command = event.ctrlKey || event.metaKey ? "Control+" : "";
  return command + shift + key;
}

const NOT_TYPED = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];

/** Whether keys belong to the element itself: a field that is written in. */
export function isTyping(target) {
  if (target.isContentEditable || target.matches?.("textarea, select")) return true;
  return Boolean(target.matches?.("input")) && !NOT_TYPED.includes(target.type);
}

/** Whether this element does something of its own with the key. */
function isOwn(target, key) {
  if (["Space", "Enter"].includes(key)) return Boolean(target.closest?.("a, button, summary, input, [role=option], audio, video"));
  return key.startsWith("Arrow") && Boolean(target.matches?.("input[type=range], input[type=radio], audio, video"));
}

function allowed({ within }) {
  const dialog = [...document.querySelectorAll("dialog:modal")].pop();
  return !dialog || (within instanceof Element && dialog.contains(within));
}

const isCharacter = (key) => key.replace("Shift+", "").length === 1;

function onKey(event) {
  const key = pressed(event);
  if (!key || event.defaultPrevented || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  const typing = isTyping(event.target) && event.target.checkVisibility(); // in a dialog that has just closed, nobody types
  if (!typing && isOwn(event.target, key)) return;
  if (isCharacter(key) && looks().keys === "off") return;
  const both = first && event.timeStamp - since < CHORD_MS ? `${first} ${key}` : "";
  first = "";
  const usable = bindings.filter((one) => (!typing || one.typing) && allowed(one));
  for (const wanted of [both, key].filter(Boolean)) {
    for (const one of usable.filter((each) => each.key === wanted)) {
      if (one.act(event) === false) continue;
      event.preventDefault();
      return;
    }
  }
  if (!typing && usable.some((one) => one.key.startsWith(`${key} `))) [first, since] = [key, event.timeStamp];
}

document.addEventListener("keydown", onKey);
