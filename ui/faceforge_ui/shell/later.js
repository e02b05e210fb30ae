// What comes later: code that is wanted only once somebody does something, and the styles it brings along.
import { toast } from "./toasts.js";

/** `later(() => import("./palette.js"))`: the module, or null when it cannot be had, which is said. Asked again, it is
 * looked for again. */
export async function later(load) {
  try {
    return await load();
  } catch {
    toast("FaceForge is not answering. Try this again when it does.", { kind: "bad" });
    return null;
  }
}

const coming = new Map(); // address -> a promise that its styles are there

/** Load a style sheet unless the page has it: `await style(new URL("./palette.css", import.meta.url))`. */
export function style(address) {
  const { href } = new URL(address, location.href);
  if ([...document.querySelectorAll("link[rel=stylesheet]")].some((one) => one.href === href)) return coming.get(href);
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  coming.set(href, new Promise((done) => { [link.onload, link.onerror] = [done, () => { link.remove(); done(); }]; }));
  document.head.append(link);
  return coming.get(href);
}
