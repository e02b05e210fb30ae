// The numbers in the side bar: asked for after the first paint, kept for this tab, so that the next page has them at once.
import { call, isSignedIn } from "./session.js";

const KEPT = "faceforge.counts";
const QUIET_MS = 1500;
const CHANGES = /\.(created|trashed|restored|deleted|purged)$|^job\./;
let waiting = 0;

function show(counts) {
  for (const place of document.querySelectorAll("[data-count]")) {
    const number = counts[place.dataset.count];
    const told = typeof number === "number" && (number || !("some" in place.dataset)); // of what runs, none is no number
    place.textContent = told ? number.toLocaleString("en") : "";
  }
}

async function ask() {
  waiting = 0;
  if (!isSignedIn() || !document.querySelector("[data-count]")) return;
  try {
    const counts = await (await call("/shell/counts")).json();
    sessionStorage.setItem(KEPT, JSON.stringify(counts));
    show(counts);
  } catch { /* the bar says when nobody answers; old numbers stay */ }
}

function later(milliseconds) {
  if (!waiting && !document.hidden) waiting = setTimeout(ask, milliseconds);
}

show(JSON.parse(sessionStorage.getItem(KEPT) ?? "{}"));
later(0);
document.addEventListener("ff:event", ({ detail }) => { if (detail.type === "*" || CHANGES.test(detail.type)) later(QUIET_MS); });
document.addEventListener("visibilitychange", () => later(QUIET_MS));
