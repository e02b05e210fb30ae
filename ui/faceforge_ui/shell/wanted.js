// Brings the code of an element once one is shown: most of these stand in a dialog that is closed, in a form that comes by a
// swap, or on pages of a new library only. A page that always shows one loads its code itself.
import { later } from "./later.js";

const CODE = {
  "ff-entity-picker": () => import("../find/picker.js"),
  "ff-rows": () => import("../design/elements/ff-rows.js"),
  "ff-start": () => import("../entities/ff-start.js"),
};
const MISSING = Object.keys(CODE).map((name) => `${name}:not(:defined)`).join();

const shown = new ResizeObserver((entries) => {
  const wanted = entries.filter(({ contentRect }) => contentRect.width).map(({ target }) => target);
  wanted.forEach((one) => shown.unobserve(one));
  new Set(wanted.map((one) => one.localName)).forEach((name) => later(CODE[name]));
});

function look() {
  shown.disconnect(); // those of a page that was left must not be kept
  document.querySelectorAll(MISSING).forEach((one) => shown.observe(one));
}

document.addEventListener("ff:swapped", look);
look();
