// Changes a part of the page. A form or link with data-swap="#a #b" is sent by fetch, and each element it names is replaced by
// its namesake in the answer; focus stays by id, the scroll place stays, late answers are dropped. A form without
// data-swap changes #main. While <html data-stay> is there (uploads run), links in the app replace #main, too, so the page
// lives on. What cannot be answered by a part is loaded as a page. A form with data-swap-auto is sent when a choice is made in
// it, or while its search field is written in. A dialog closes when its form has done what it should.
import { Failure, failureOf, forget, reach } from "./session.js";
import { arrive, adoptHead, put } from "./put.js";
import { keepSaid, showSaid, toast } from "./toasts.js";

const TYPING_MS = 250;
const newest = new Map(); // selector -> the number of the latest request for it
let count = 0;
let visited = 0; // the number of the latest request for the whole main part
let running = 0;
let shown = location.pathname + location.search;

/** Whether something that was sent has no answer yet. */
export const isBusy = () => running > 0;

/** Ask an address and replace the elements that `target` names. With `body` it is sent by POST. `history`: "push" (usual for
 * a GET), "replace" or "none"; `quiet` says nothing of a failure. Answers the status, or 0 when nothing was changed here. */
export async function swap(target, address, { body, history: kept = body ? "none" : "push", scroll, quiet = false } = {}) {
  const selectors = target.split(/\s+/).filter(Boolean);
  const turn = begin(selectors);
  const places = selectors.map((one) => document.querySelector(one)).filter(Boolean);
  places.forEach((place) => place.setAttribute("aria-busy", "true"));
  try {
    const { response, page } = await ask(address, body);
    const next = response.status === 201 && response.headers.get("Location");
    if (next) return void leaveFor(page, next);
    showSaid(page);
    if (isLate(selectors, turn)) return 0;
    if (!page) throw await failureOf(response);
    if (page.whole || !selectors.some((one) => page.querySelector(one))) return void load(response, address, body, page);
    if (selectors.includes("#main")) await adoptHead(page);
    if (isLate(selectors, turn)) return 0;
    if (!body) keepAddress(response, address, kept);
    put(selectors, page, { failed: response.status >= 400, scroll });
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

/** Read anew the elements that `target` names, without a trace in the history. */
export const refresh = (target) => swap(target, location.pathname + location.search, { history: "none", quiet: true });

function begin(selectors) {
  const turn = ++count;
  running += 1;
  selectors.forEach((one) => newest.set(one, turn));
  if (selectors.includes("#main")) visited = turn;
  return turn;
}

const isLate = (selectors, turn) => turn < visited || selectors.some((one) => newest.get(one) !== turn);

async function ask(address, body) {
  const headers = { Accept: "text/html", "X-FaceForge-Part": "main" };
  const response = await reach(address, { method: body ? "POST" : "GET", body, headers, redirect: "follow" });
  if (response.status === 401) {
    forget("Your session has ended.");
    throw new Failure("Your session has ended.", "Sign in again; what you typed is kept.", 401);
  }
  if (!(response.headers.get("Content-Type") ?? "").startsWith("text/html")) return { response, page: null };
  const text = await response.text();
  const page = new DOMParser().parseFromString(text, "text/html");
  page.whole = /^\s*<!doctype/i.test(text);
  return { response, page };
}

function leaveFor(page, address) {
  if ("stay" in document.documentElement.dataset) showSaid(page);
  else keepSaid(page);
  go(address);
}

/** The answer is no part of this page. */
function load(response, address, body, page) {
  if (!body) location.assign(response.url || address);
  else if (response.ok) location.reload();
  else toast(told(page), { kind: "bad" });
}

/** What a page that tells of an error says. */
function told(page) {
  const alert = page?.querySelector("main [role=alert]");
  const lines = alert ? [alert] : [...(page?.querySelectorAll("main h1, main p") ?? [])].slice(0, 2);
  return lines.map((one) => one.textContent.trim().replace(/\s+/g, " ")).join(" ") || "This could not be done.";
}

function keepAddress(response, address, kept) {
  const asked = new URL(address, location.href);
  const answered = new URL(response.redirected ? response.url : asked);
  shown = answered.pathname + answered.search;
  if (kept === "none") return;
  const full = shown + asked.hash;
  if (kept === "replace" || full === location.pathname + location.search + location.hash) {
    history.replaceState({ ...history.state }, "", full);
    return;
  }
  history.replaceState({ ...history.state, scroll: scrollY }, "");
  history.pushState({}, "", full);
}

async function send(form, submitter) {
  if (form.getAttribute("aria-busy") === "true") return;
  const method = (submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get").toLowerCase();
  let action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.pathname;
  const target = submitter?.dataset.swap ?? form.dataset.swap ?? "#main";
  const data = new FormData(form, submitter);
  form.setAttribute("aria-busy", "true");
  try {
    if (method === "get") {
      const filled = [...data].filter(([, value]) => value !== "");
      const query = new URLSearchParams(filled).toString();
      await swap(target, action.split("?")[0] + (query && `?${query}`), { history: form.dataset.swapHistory });
    } else {
      if (!action.includes("?")) action += location.search;
      const files = [...data.values()].some((value) => value instanceof File && value.size > 0);
      const body = files ? data : new URLSearchParams([...data].filter(([, value]) => !(value instanceof File)));
      const status = await swap(target, action, { body });
      if (status && status < 400) finish(form);
    }
  } finally {
    form.removeAttribute("aria-busy");
  }
}

/** A dialog that was not replaced has done its work. */
function finish(form) {
  const dialog = form.closest("dialog[open]");
  if (!dialog) return;
  form.reset();
  dialog.close();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || (event.submitter?.getAttribute("formmethod") ?? form.getAttribute("method")) === "dialog") return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  const { swap: target, swapHistory } = link.dataset;
  const here = link.pathname + link.search === location.pathname + location.search && link.hash;
  if (target) swap(target, link.href, { history: swapHistory });
  else if ("stay" in document.documentElement.dataset && !here && isPage(link)) visit(link.href);
  else return;
  event.preventDefault();
});

let typing = 0;
const sendSoon = (form, milliseconds) => { clearTimeout(typing); typing = setTimeout(() => form.isConnected && form.requestSubmit(), milliseconds); };
document.addEventListener("change", ({ target }) => {
  if (target.form?.matches("[data-swap-auto]") && target.type !== "search") sendSoon(target.form, 0);
});
document.addEventListener("input", ({ target, isComposing }) => {
  if (!isComposing && target.type === "search" && target.form?.matches("[data-swap-auto]")) sendSoon(target.form, TYPING_MS);
});

/** Whether an address is that of a page of the app, which can replace #main: not a file, not a description. */
const isPage = ({ pathname }) => !/^\/(v1|ui|docs|redoc|graphql|openapi\.json|schema\.graphql)(\/|$)/.test(pathname);

addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) visit(location.href, { history: "none" });
});

/** Undo an action: its answer is that of the page where the action is, so what is shown here is read anew. */
document.addEventListener("ff:undo", async ({ detail: address }) => {
  try {
    const { response, page } = await ask(address, new URLSearchParams());
    if (!page && !response.ok) throw await failureOf(response);
    showSaid(page);
    if (response.ok) await refresh("#main");
    else toast(told(page), { kind: "bad" });
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    toast(failure.message, { kind: "bad" });
  }
});
