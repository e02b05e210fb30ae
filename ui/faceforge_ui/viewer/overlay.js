// A file that is opened from a list lies over it: the list is put aside as it is and comes back as it was, at the same place,
// with its selection. The address is that of the file all the while, so that reload, back and copy do what they always do.
//
// It takes plain clicks on links to a file that say which list they are of: /assets/ID?in=…

import { adoptHead, arrive } from "../shell/put.js";
import { here, onReturn } from "../shell/swap.js";

const FILE = /^\/assets\/[0-9a-f]{64}$/;
let aside = null; // the list: its main part, and how it stood
let opening = 0;

const main = () => document.getElementById("main");
const isOfThisList = (list) => Boolean(list) && new URL(list, location.href).pathname.startsWith(location.pathname);

async function open(address, { push }) {
  const turn = ++opening;
  // what the page of a file does has to be there when it is shown: the next key may be for it
  const [page] = await Promise.all([part(address), import("./viewer.js").catch(() => null)]);
  if (turn !== opening) return;
  if (!page) return void location.assign(address); // the page says what is wrong
  const title = document.title;
  await adoptHead(page);
  if (turn !== opening) return;
  aside = { main: main(), title, address: here(), scroll: scrollY, focus: document.activeElement };
  if (push) history.pushState({ over: aside.address }, "", address);
  else aside.address = history.state.over;
  show(page.getElementById("main"), 0);
  arrive(address);
}

async function part(address) {
  try {
    const headers = { Accept: "text/html", "X-FaceForge-Part": "main" };
    const answer = await fetch(address, { headers, credentials: "same-origin" });
    if (!answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.getElementById("main") && page;
  } catch {
    return null;
  }
}

function show(fresh, scroll) {
  const old = main();
  old.replaceWith(document.adoptNode(fresh));
  scrollTo({ top: scroll, behavior: "instant" });
  fresh.dispatchEvent(new CustomEvent("ff:swapped", { bubbles: true }));
}

function close() {
  const list = aside;
  const last = main().querySelector("[data-file]")?.dataset.file;
  aside = null;
  opening += 1;
  document.title = list.title;
  show(list.main, list.scroll);
  arrive(list.address);
  const settle = () => {
    scrollTo({ top: list.scroll, behavior: "instant" });
    const focus = list.main.querySelector(`a[href^="/assets/${last}?"]`) ?? list.focus;
    (list.main.contains(focus) ? focus : list.main).focus({ preventScroll: true });
    focus.scrollIntoView?.({ block: "nearest" });
  };
  settle();
  requestAnimationFrame(async () => {
    settle(); // the browser has put the page where it thinks it was
    const lists = [...list.main.querySelectorAll("ff-justified, ff-gallery, ff-table")];
    await Promise.all(lists.map((each) => each.refresh?.()));
    if (document.activeElement === document.body) settle(); // the tile is another by now
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.dataset.viewer === "back" && aside && history.state?.over === aside.address) {
    event.preventDefault();
    history.back();
  } else if (!link.dataset.swap && !link.target && link.origin === location.origin && FILE.test(link.pathname)
    && isOfThisList(new URLSearchParams(link.search).get("in"))) {
    event.preventDefault();
    open(link.href, { push: true });
  }
}, { capture: true }); // before the links that load or swap

onReturn(() => {
  const over = history.state?.over;
  if (aside && here() === aside.address) close();
  else if (!aside && over && FILE.test(location.pathname) && !main().matches(".viewing")) open(location.href, { push: false });
  else return false;
  return true;
});
