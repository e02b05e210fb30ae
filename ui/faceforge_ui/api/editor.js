// A text area that indents and shows colours: the coloured text lies under the real one, whose own ink is clear.
import { paint } from "./highlight.js";

/** Make `area` an editor of `language`; its `text` can be read and set. */
export function edit(area, language) {
  const under = area.previousElementSibling;
  let leaving = false; // Escape lets the next Tab leave: no one is trapped in here

  const follow = () => under.scrollTo(area.scrollLeft, area.scrollTop);
  const draw = () => {
    paint(under, `${area.value}\n`, language);
    follow();
  };
  const type = (text) => document.execCommand("insertText", false, text); // the only way that keeps undo

  area.addEventListener("input", draw);
  area.addEventListener("scroll", follow);
  area.addEventListener("blur", () => { leaving = false; });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaving = true;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Tab" && !event.shiftKey && !leaving) {
      event.preventDefault();
      type("  ");
    }
    if (event.key === "Enter") {
      const before = area.value.slice(0, area.selectionStart).split("\n").pop();
      const deeper = /[{([]\s*$/.test(before) ? "  " : "";
      event.preventDefault();
      type(`\n${before.match(/^\s*/)[0]}${deeper}`);
    }
  });

  return {
    get text() { return area.value; },
    set text(value) {
      area.value = value;
      area.dispatchEvent(new Event("input"));
    },
  };
}
