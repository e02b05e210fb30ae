// Brings the code of <ff-entity-picker> once one is shown: most stand in a dialog that is closed, or in a form that comes by
// a swap. A page that shows one at once loads picker.js itself.
import { later } from "../shell/later.js";

const shown = new ResizeObserver((entries) => {
  if (!entries.some(({ contentRect }) => contentRect.width)) return;
  shown.disconnect();
  later(() => import("./picker.js"));
});

function look() {
  shown.disconnect(); // those of a page that was left must not be kept
  document.querySelectorAll("ff-entity-picker:not(:defined)").forEach((one) => shown.observe(one));
}

document.addEventListener("ff:swapped", look);
look();
