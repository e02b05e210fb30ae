// Where files come from: a drop anywhere on the page, or a button that opens the file dialog.
//
//   data-upload-to="ID" data-upload-name="Mira"   files dropped on it belong to her; on a page with one such, all that is dropped
//   <a> or <button> with data-upload-to           chooses files for her; data-upload="files|folder" says what, for whom the page has

import { element } from "../design/element.js";
import { style } from "../shell/later.js";

const TARGET = "[data-upload-to]";

/** `dropped(entries, target)` and `chosen(list, target)` hear what comes; a target is `{ entity, owner }`, perhaps empty. */
export function listen({ dropped, chosen }) {
  const veil = makeVeil();
  let own = false; // something of this page is dragged: no file
  const brings = (event) => !own && event.dataTransfer?.types.includes("Files");

  document.addEventListener("dragstart", () => { own = true; });
  document.addEventListener("dragend", () => { own = false; });
  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    veil.show(targetOf(event.target));
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) veil.hide(); });
  document.addEventListener("drop", (event) => {
    veil.hide();
    if (!brings(event)) return;
    event.preventDefault();
    dropped(entriesOf(event.dataTransfer), targetOf(event.target));
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-upload], :is(a, button)[data-upload-to]");
    if (!button) return;
    event.preventDefault();
    choose(button.dataset.upload, chosen, button);
  });
}

// They must be taken while the event runs; to walk through them may take its time.
function entriesOf(transfer) {
  return [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
}

function targetOf(place) {
  const all = [...document.querySelectorAll(TARGET)];
  const alone = new Set(all.map((each) => each.dataset.uploadTo)).size === 1 ? all[0] : null;
  const { uploadTo, uploadName } = (place.closest?.(TARGET) ?? alone)?.dataset ?? {};
  return uploadTo ? { entity: uploadTo, owner: uploadName } : {};
}

/** Open the file dialog; `chosen(list, target)` hears what was chosen. The target is that of `place`. */
export function choose(what, chosen, place = document.body) {
  const target = targetOf(place);
  const input = element("input", { type: "file", multiple: true, hidden: true, webkitdirectory: what === "folder" });
  input.addEventListener("change", () => { chosen([...input.files], target); input.remove(); });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input); // some browsers forget an input that is in no page
  input.click();
}

// A frame around the page that says what a drop will do. It lets all events through, so that the target beneath is found.
function makeVeil() {
  const words = element("p", {});
  const frame = element("div", { className: "dropveil", hidden: true }, words);
  return {
    show({ entity, owner }) {
      words.replaceChildren("Drop to add to ", entity ? element("bdi", {}, owner || "this entity") : "the library");
      if (!frame.isConnected) style(new URL("./uploads.css", import.meta.url))?.then(() => document.body.append(frame));
      frame.hidden = false;
    },
    hide() { frame.hidden = true; },
  };
}
