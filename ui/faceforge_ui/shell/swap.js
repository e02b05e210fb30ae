// Changes a part of the page: an address is asked for its main part, and each element that is named is replaced by its
// namesake in the answer. Focus stays by id, the scroll place stays, late answers are dropped. What cannot be answered by a
// part is loaded as a page.
import { Failure, failureOf, forget, reach } from "./session.js";
import { arrive, adoptHead, put } from "./put.js";
import { keepSaid, showSaid, toast } from "./toasts.js";

const newest = new Map(); // selector -> the number of the latest request for it
let count = 0;
let visited = 0; // the number of the latest request for the whole main part
let running = 0;
export const here = () => location.pathname + location.search;
let shown = here(); // of which address the page is that is shown

/** Whether something that was sent has no answer yet. */
export const isBusy = () => running > 0;

/** Ask an address and replace the elements that `target` names. With `body` it is sent by POST. `history`: "push" (usual for
 * a GET), "replace" or "none"; `quiet` says nothing of a failure. Answers the status, or 0 when nothing was changed here. */
export async function swap(target, address, { body, history: kept = body ? "none" : "push", scroll, quiet = false, unless } = {}) {
  const selectors = target.split(/\s+/).filter(Boolean);
  const turn = begin(selectors);
  const places = selectors.map((one) => document.querySelector(one)).filter(Boolean);
  places.forEach((place) => place.setAttribute("aria-busy", "true"));
  try {
    const { response, page } = await ask(address, body);
    const next = response.status === 201 && response.headers.get("Location");
    if (next) return void await leaveFor(page, next);
    showSaid(page);
    if (isLate(selectors, turn)) return 0;
    if (!page) throw await failureOf(response);
    if (page.whole || !selectors.some((one) => page.querySelector(one))) return void load(response, address, body, page);
    if (selectors.includes("#main")) await adoptHead(page);
    if (isLate(selectors, turn) || unless?.()) return 0;
    if (!body) keepAddress(response, address, kept);
    put(selectors, page, { failed: response.status >= 400, scroll, anew: quiet });
    return response.status;
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    if (!quiet) toast(failure.message, { kind: "bad" });
    return 0;
  } finally {
    running -= 1;
    places.forEach((place) => place.removeAttribute("aria-busy"));
  }
}

/** Go to a page of the app without loading anew: its main part replaces the present one. */
export async function visit(address, { history: kept = "push" } = {}) {
  const scroll = kept === "none" ? history.state?.scroll ?? 0 : 0;
  if (await swap("#main", address, { history: kept, scroll })) arrive(address);
}

/** Go to a page: by loading it, or, while the page must live on, by `visit`. */
export function go(address) {
  if ("stay" in document.documentElement.dataset) visit(address);
  else location.assign(address);
}

/** Read anew the elements that `target` names, without a trace in the history, `unless` somebody is in them by then. */
export const refresh = (target, unless) => swap(target, here(), { history: "none", quiet: true, unless });

function begin(selectors) {
  const turn = ++count;
  running += 1;
  selectors.forEach((one) => newest.set(one, turn));
  if (selectors.includes("#main")) visited = turn;
  return turn;
}

const isLate = (selectors, turn) => turn < visited || selectors.some((one) => newest.get(one) !== turn);

/** What an address answers, and its page where it is one; `whole` when it is no part. Raises `Failure`. */
export async function ask(address, body) {
  const headers = { Accept: "text/html", "X-FaceForge-Part": "main" };
  const response = await reach(address, { method: body ? "POST" : "GET", body, headers, redirect: "follow" });
  if (response.status === 401) {
    forget("Your session has ended.");
    throw new Failure("Your session has ended.", "Sign in again; what you typed is kept.", 401);
  }
  if (!(response.headers.get("Content-Type") ?? "").startsWith("text/html")) return { response, page: null };
  const text = await response.text().catch(() => { throw new Failure("FaceForge is not answering.", "Load the page again to see what was done."); });
  const page = new DOMParser().parseFromString(text, "text/html");
  page.whole = /^\s*<!doctype/i.test(text);
  return { response, page };
}

/** Until the next page is there, what was sent is not done: pressed once more, a button would do it twice. */
async function leaveFor(page, address) {
  if ("stay" in document.documentElement.dataset) {
    showSaid(page);
    return visit(address);
  }
  keepSaid(page);
  const back = new Promise((resolve) => { addEventListener("pageshow", ({ persisted }) => persisted && resolve()); });
  location.assign(address);
  return back;
}

/** The answer is no part of this page. */
function load(response, address, body, page) {
  if (!body) location.assign(response.url || address);
  else if (response.ok) location.reload();
  else toast(told(page), { kind: "bad" });
}

/** What a page that tells of an error says. */
export function told(page) {
  const alert = page?.querySelector("main [role=alert]");
  const lines = alert ? [alert] : [...(page?.querySelectorAll("main h1, main p") ?? [])].slice(0, 2);
  return lines.map((one) => one.textContent.trim().replace(/\s+/g, " ")).join(" ") || "This could not be done.";
}

function keepAddress(response, address, kept) {
  if (kept !== "none") {
    const asked = new URL(address, location.href);
    const { pathname, search } = new URL(response.redirected ? response.url : asked);
    const full = pathname + search + asked.hash;
    if (kept === "replace" || full === here() + location.hash) history.replaceState(history.state, "", full);
    else {
      history.replaceState({ ...history.state, scroll: scrollY }, "");
      history.pushState({}, "", full);
    }
  }
  shown = here();
}

/** Take what was asked for out of the present address, such as "edit=name" or "add=1&with=" (with anything): that is done. */
export function unask(words) {
  const address = new URL(location.href), { searchParams: query } = address;
  const had = [...new URLSearchParams(words)].filter(([name, value]) => query.has(name) && (!value || query.get(name) === value));
  if (!had.length) return;
  had.forEach(([name]) => query.delete(name));
  history.replaceState(history.state, "", address);
  shown = here();
}

const returns = [];

/** Let `take()` bring back by itself what is at the present address; it answers whether it did. */
export const onReturn = (take) => returns.push(take);

addEventListener("popstate", () => {
  if (returns.some((take) => take())) shown = here();
  else if (here() !== shown) visit(location.href, { history: "none" });
});
