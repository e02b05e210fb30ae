// Keeps what is shown true: an element with an id and data-live="entity.* asset.*", or data-live-record="ID …", is read anew
// when such an event comes, once nobody is busy in it.
import { isOf } from "./live.js";
import { isBusy, refresh } from "./swap.js";

const QUIET_MS = 400; // many changes come together
const stale = new Set();
let waiting = 0;

function concerns({ type, record_id: record }, { live, liveRecord }) {
  if (type === "*" || isOf(type, live)) return true;
  const records = (liveRecord ?? "").split(/\s+/).filter(Boolean);
  return records.some((id) => record?.split("/").includes(id)); // a link has the ids of both
}

/** Whether a person is in the midst of something there. */
function isInUse(element) {
  const focused = document.activeElement;
  const inForm = focused.matches("input, textarea, select") || focused.closest("form"); // on a link or button nobody is in the midst of anything
  if (element.contains(focused) && focused !== element && inForm && !("yields" in focused.dataset)) return true; // data-yields: a button that is done with once pressed
  if (element.querySelector("dialog[open], :popover-open, [aria-expanded=true], [data-unsaved]")) return true;
  return [...element.querySelectorAll("input, textarea, select")].some(isChanged);
}

function isChanged(field) {
  if (field.matches("select")) {
    const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return !field.multiple && first !== undefined && !first.selected;
  }
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  return field.type !== "file" && field.value !== field.defaultValue;
}

async function freshen() {
  waiting = 0;
  const ids = [...stale].filter((id) => document.getElementById(id));
  stale.clear();
  const free = isBusy() ? [] : ids.filter((id) => !isInUse(document.getElementById(id)));
  ids.filter((id) => !free.includes(id)).forEach((id) => stale.add(id));
  const used = () => free.some((id) => document.getElementById(id) && isInUse(document.getElementById(id)));
  if (free.length && !document.hidden) {
    const done = await refresh(free.map((id) => `#${CSS.escape(id)}`).join(" "), used);
    if (!done && used()) free.forEach((id) => stale.add(id)); // a menu was opened meanwhile
  } else free.forEach((id) => stale.add(id));
  if (stale.size && !document.hidden) later(QUIET_MS * 4);
}

function later(milliseconds = QUIET_MS) {
  if (!waiting) waiting = setTimeout(freshen, milliseconds);
}

document.addEventListener("ff:event", ({ detail }) => {
  for (const element of document.querySelectorAll("[data-live][id], [data-live-record][id]")) {
    if (concerns(detail, element.dataset)) stale.add(element.id);
  }
  if (stale.size) later();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden && stale.size) later(); });
