// The files of an entity: what the list and the bar for its selection are made of, and the key `p`.

import "../../design/elements/ff-bulk.js";
import "../../design/elements/ff-justified.js";
import "../../design/elements/ff-tag-input.js";
import { keys } from "../../shell/keys.js";
import { refresh, swap } from "../../shell/swap.js";

const LATER = 500; // milliseconds: files come several at once
let later = 0;

// Where no file was, the first makes a list; from then on the list itself looks for what is new.
document.addEventListener("ff:event", ({ detail: { type, record_id: record } }) => {
  const waits = () => document.querySelector("#attachments[data-waits]");
  if (type !== "asset.linked" || !record?.includes(waits()?.dataset.waits)) return;
  later ||= setTimeout(() => { later = 0; if (waits()) refresh("#attachments #entity-tabs"); }, LATER);
});

// Only one picture can stand for an entity.
document.addEventListener("ff:chosen", ({ target, detail: { ids } }) => {
  for (const form of document.querySelectorAll(`ff-bulk[data-for="${CSS.escape(target.id)}"] [data-one]`)) form.hidden = ids.length !== 1;
});

keys.on({
  scope: "Files of an entity", key: "p", label: "use as thumbnail",
  act({ target }) {
    const tile = target.closest?.("#files > .tile");
    const form = document.querySelector('ff-bulk[data-for="files"] [data-one]');
    if (!tile || !form) return false;
    swap(form.dataset.swap, form.getAttribute("action"), { body: new URLSearchParams({ id: tile.dataset.id }) });
    return true;
  },
});
