// Forms that are sent while one writes: a field with `data-as-typed` sends its form when the writing rests. Forms in a
// menu, and those with `data-leaves` in a dialog, close it when they are sent; so do links in a menu.

const REST = 250;
let waiting = 0;

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-as-typed]")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => target.isConnected && target.form.requestSubmit(), REST);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" || !event.target.matches("[data-as-typed]")) return;
  const first = document.querySelector("ff-gallery [tabindex='0'], ff-table [tabindex='0']");
  if (!first) return;
  event.preventDefault();
  first.focus();
});

document.addEventListener("submit", ({ target }) => {
  clearTimeout(waiting);
  target.closest("[popover]")?.hidePopover();
  if (target.matches("[data-leaves]")) target.closest("dialog")?.close();
});

document.addEventListener("click", ({ target }) => {
  const link = target.closest?.("a[data-swap]");
  link?.closest("[popover]")?.hidePopover();
  link?.closest("dialog")?.close();
});
