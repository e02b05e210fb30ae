// What forms and links do. A form or link with data-swap="#a #b" is sent by fetch, and replaces the elements it names; a form
// without data-swap replaces #main. While <html data-stay> is there (uploads run), links in the app replace #main, too, so the
// page lives on. A form with data-swap-auto is sent when a choice is made in it, or while its search field is written in. A
// dialog closes when its form has done what it should.
import { swap, visit } from "./swap.js";

const TYPING_MS = 250;
let typing = 0;

async function send(form, submitter) {
  const method = (submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get").toLowerCase();
  let action = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.pathname;
  const target = submitter?.dataset.swap ?? form.dataset.swap ?? "#main";
  if (method === "post" && form.getAttribute("aria-busy") === "true") return; // sent already; a search is asked anew
  const data = new FormData(form, submitter);
  const dialog = form.closest("dialog[open]"); // asked now: the answer may replace the form in it
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
      if (status && status < 400) finish(form, dialog, target);
    }
  } finally {
    form.removeAttribute("aria-busy");
  }
}

/** A dialog has done its work, unless its content was replaced: by what the person is to see. */
function finish(form, dialog, target) {
  const anew = form.id && target.split(/\s+/).includes(`#${form.id}`); // for the next time
  if (!dialog?.isConnected || !(form.isConnected || anew)) return;
  form.reset();
  dialog.close();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || (event.submitter?.getAttribute("formmethod") ?? form.getAttribute("method")) === "dialog") return;
  event.preventDefault();
  clearTimeout(typing);
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

const sendSoon = (form, milliseconds) => { clearTimeout(typing); typing = setTimeout(() => form.isConnected && form.requestSubmit(), milliseconds); };
document.addEventListener("change", ({ target }) => {
  if (target.form?.matches("[data-swap-auto]") && target.type !== "search") sendSoon(target.form, 0);
});
const written = ({ target, isComposing }) => {
  if (!isComposing && target.type === "search" && target.form?.matches("[data-swap-auto]")) sendSoon(target.form, TYPING_MS);
};
document.addEventListener("input", written);
document.addEventListener("compositionend", ({ target }) => written({ target }));

/** Whether an address is that of a page of the app, which can replace #main: not a file, not a description. */
const isPage = ({ pathname }) => !/^\/(v1|ui|docs|redoc|graphql|openapi\.json|schema\.graphql)(\/|$)/.test(pathname);
