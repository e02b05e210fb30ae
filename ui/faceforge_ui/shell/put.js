// Puts new elements where old ones were, so that the person notices nothing but what changed.
import { style } from "./later.js";

/** Replace each element by its namesake in `page`, and tell the new one by `ff:swapped`; one that has none there is gone.
 * `scroll`: where to be then; `anew`: nobody asked for it, so what is folded out stays so. */
export function put(selectors, page, { failed = false, scroll, anew = false } = {}) {
  if (!failed) selectors.filter((one) => !page.querySelector(one)).forEach((one) => document.querySelector(one)?.remove());
  const pairs = selectors
    .map((one) => [document.querySelector(one), page.querySelector(one)])
    .filter(([old, fresh]) => old && fresh);
  const focus = focusIn(pairs.map(([old]) => old));
  const places = scrollPlaces(pairs.map(([old]) => old));
  const [left, top] = [scrollX, scroll ?? scrollY];
  if (anew) pairs.forEach(unfold);
  const made = pairs.map(([old, fresh]) => { const own = document.adoptNode(fresh); old.replaceWith(own); return own; });
  for (const [id, left, top] of places) document.getElementById(id)?.scrollTo({ left, top, behavior: "instant" });
  if (focus) giveBack(focus, made, failed);
  scrollTo({ left, top, behavior: "instant" });
  if (failed) import("./wrong.js").then((one) => one.show(made));
  made.forEach((one) => one.dispatchEvent(new CustomEvent("ff:swapped", { bubbles: true })));
}

function focusIn(olds) {
  const active = document.activeElement;
  if (!active || !olds.some((old) => old.contains(active))) return null;
  const { id, tagName, name, value, textContent } = active;
  const label = active.getAttribute("aria-label") ?? textContent;
  let selection = null;
  try { selection = [active.selectionStart, active.selectionEnd]; } catch { /* a field without a selection */ }
  return { id, tagName, name, value, label, selection };
}

function giveBack({ id, tagName, name, value, label, selection }, made, failed) {
  const find = (selector) => made.map((one) => one.querySelector(selector)).find(Boolean);
  const same = () => made.flatMap((one) => [...one.querySelectorAll(tagName)]).find((one) => one.name === name
    && (one.value === value || one.tagName === "INPUT") && (one.getAttribute("aria-label") ?? one.textContent) === label);
  const again = (failed && find("[aria-invalid=true]")) || (id && document.getElementById(id)) || find("[autofocus]") || same() || made[0];
  if (!again) return;
  if (again.tabIndex < 0) again.tabIndex = -1;
  again.focus({ preventScroll: true });
  if (again.id === id && typeof selection?.[0] === "number") again.setSelectionRange?.(...selection);
}

function unfold([old, fresh]) {
  const title = (details) => details.querySelector("summary")?.textContent;
  const open = new Set([...old.querySelectorAll("details[open]")].map(title));
  for (const details of fresh.querySelectorAll("details")) if (open.has(title(details))) details.open = true;
}

function scrollPlaces(olds) {
  const inside = olds.flatMap((old) => [old, ...old.querySelectorAll("[id]")]);
  return inside.filter((one) => one.id && (one.scrollLeft || one.scrollTop)).map((one) => [one.id, one.scrollLeft, one.scrollTop]);
}

/** Take over the title, and load what the new main part needs before it is shown. Modules run once. */
export async function adoptHead(page) {
  if (page.title) document.title = page.title;
  const known = new Set([...document.querySelectorAll("link[rel=modulepreload]")].map((link) => link.href));
  for (const link of page.querySelectorAll("link[rel=modulepreload]")) {
    const href = new URL(link.getAttribute("href"), location.href).href;
    if (!known.has(href)) document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href }));
  }
  await Promise.all([...page.querySelectorAll("link[rel=stylesheet]")].map((link) => style(link.getAttribute("href"))));
  for (const script of page.querySelectorAll("script[type=module][src]")) import(new URL(script.getAttribute("src"), location.href));
}

/** After a visit: the navigation shows where one is, and reading begins at the top of the main part. */
export function arrive(address) {
  const { pathname, hash } = new URL(address, location.href);
  for (const link of document.querySelectorAll(".nav a, .bottom a")) {
    const current = pathname === link.pathname || pathname.startsWith(`${link.pathname}/`);
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const place = (hash && document.getElementById(decodeURIComponent(hash.slice(1)))) || document.getElementById("main");
  place.focus({ preventScroll: !hash });
}
