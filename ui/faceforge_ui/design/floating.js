// Dialogs and menus: what the platform leaves open. Menus close after a choice and are walked through with arrows; browsers that
// do not know `commandfor` or `closedby` yet are helped. Everything listens on `document`, so it works for what comes by swap.

const ITEMS = "a[href], button:not(:disabled)";
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

document.addEventListener("click", ({ target }) => {
  const menu = target.closest?.(".menu[popover]");
  if (menu && target.closest(ITEMS)) menu.hidePopover();
});

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const menu = target.closest?.(".menu[popover]") ?? opened(target);
  if (!menu || !(key in STEPS || key === "Home" || key === "End")) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll(ITEMS)];
  const at = items.indexOf(document.activeElement);
  const next = { Home: 0, End: items.length - 1 }[key] ?? (at < 0 && key === "ArrowUp" ? items.length - 1 : at + STEPS[key]);
  items.at(next % items.length)?.focus();
});

/** The open menu that belongs to this button. */
function opened(button) {
  const menu = document.getElementById(button.getAttribute?.("popovertarget") ?? "");
  return menu?.matches(".menu:popover-open") ? menu : null;
}

if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    const command = button?.getAttribute("command");
    if (command === "show-modal" && !dialog?.open) dialog?.showModal();
    if (command === "close") dialog?.close();
  });
}

if (!("closedBy" in HTMLDialogElement.prototype)) {
  document.addEventListener("pointerdown", ({ target, clientX, clientY }) => {
    if (!target.matches?.('dialog[closedby="any"]')) return;
    const { left, right, top, bottom } = target.getBoundingClientRect();
    if (clientX < left || clientX > right || clientY < top || clientY > bottom) target.close();
  });
}
