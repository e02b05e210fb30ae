// Brings what offers the tags in use, once somebody is about to write one.
import { later } from "../shell/later.js";

/** What is offered in a field: `offer()` after something was typed, `pressed(event)`, whether a key was for the
 * offers, and `close()`. `how` is as TagOffers has it. */
export function offersIn(field, address, how) {
  let offers = null;
  Object.assign(field, { role: "combobox", autocomplete: "off", ariaExpanded: "false", ariaAutoComplete: "list" });
  const bring = async () => {
    const found = offers ? null : await later(() => import("./tags.js"));
    if (!found || offers) return;
    offers = new found.TagOffers(field, address, how);
    if (field.value) offers.offer();
  };
  field.addEventListener("focus", bring);
  if (document.activeElement === field) bring();
  return { offer: () => (field.value.trim() ? offers?.offer() : offers?.close()), pressed: (event) => offers?.pressed(event) ?? false, close: () => offers?.close() };
}
