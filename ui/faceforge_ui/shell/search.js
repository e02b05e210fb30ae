// The ways to the palette. Its code comes with the first of them; what is typed meanwhile goes into it.
import { keys } from "./keys.js";
import { later } from "./later.js";
import { isSignedIn } from "./session.js";

let coming = false;

async function open(text = "") {
  if (coming || !isSignedIn()) return;
  coming = true;
  const typed = [text];
  const keep = (event) => {
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) typed.push(event.key);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("keydown", keep, { capture: true });
  const palette = await later(() => import("./palette.js"));
  removeEventListener("keydown", keep, { capture: true });
  coming = false;
  palette?.openPalette(typed.join(""));
}

document.addEventListener("click", ({ target }) => { if (target.closest?.("[data-open=palette]")) open(); });
keys.on({ scope: "Anywhere", key: "/", label: "search or do", act: () => { open(); } });
keys.on({ scope: "Anywhere", key: "Control+k", label: "search or do", typing: true, act: () => { open(); } });
keys.on({ scope: "Anywhere", key: ">", label: "actions only", hidden: true, act: () => { open(">"); } });
