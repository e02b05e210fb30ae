// What the page of all files loads, and that its filters work as soon as they are chosen.

import "../design/elements/ff-bulk.js";
import "../design/elements/ff-justified.js";
import "../find/wanted.js";
import "../viewer/overlay.js";

const TYPING_MS = 250;
let waiting = 0;

document.addEventListener("change", ({ target }) => {
  if (target.dataset?.submit === "change") target.form?.requestSubmit();
});
document.addEventListener("input", ({ target }) => {
  if (target.dataset?.submit !== "input") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => target.form?.requestSubmit(), TYPING_MS);
});
