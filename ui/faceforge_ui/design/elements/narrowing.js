// Narrowing a list down: from the search field above it the arrow leads into it, and a form with `data-leaves` closes its
// dialog as soon as it is sent, so that the focus is back where it was when the list is there.

const SEARCH = "form[data-swap-auto] input[type=search]";
const FIRST = ":is(ff-gallery, ff-table, ff-justified) [tabindex='0']";

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || event.isComposing || !event.target.matches(SEARCH)) return;
  const first = document.querySelector(FIRST);
  if (!first) return;
  event.preventDefault();
  first.focus();
});

document.addEventListener("submit", ({ target }) => { if (target.matches("[data-leaves]")) target.closest("dialog")?.close(); });
