// The facts of an entity: the time line, and the card of the open fact, which takes the focus when it is opened.
import "./ff-timeline.js";

document.addEventListener("ff:swapped", ({ target }) => {
  if (target.id !== "fact") return;
  const wrong = target.querySelector("[aria-invalid=true]");
  const first = target.querySelector("form .field:not([type=hidden]), form [type=radio], form ff-entity-picker");
  (wrong ?? first ?? target.querySelector("#fact-title"))?.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
});
