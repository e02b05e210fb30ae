// What happens in Core, heard by one stream for all tabs: browsers allow six connections to a place, so a stream for each
// tab would stall the seventh. The tab that holds the lock listens and tells the others. Fires `ff:event` on document, and `ff:progress`
// for how far a job is: that comes often, and changes no record.
import { call, isSignedIn, onSession } from "./session.js";

const CHANNEL = "faceforge.events";
const AGAIN_MS = 3000;
const PROGRESS = "job.progress";
const LOST_MS = 1500; // so long may a connection be away unnoticed
const channel = new BroadcastChannel(CHANNEL);
let last = null; // the id of the last event heard, here or by another tab
let state = "asking";
let source = null;
let giveUp = null; // lets the lock go

/** Whether an event is of one of these kinds, such as "entity.* asset.linked"; one of type "*" may be of any. */
export const isOf = (type, kinds = "") => kinds.split(/\s+/).filter(Boolean)
  .some((kind) => type === "*" || kind === "*" || kind === type || (kind.endsWith(".*") && type.startsWith(kind.slice(0, -1))));

/** "asking", "on" or "off": whether this browser hears what happens. */
export const liveState = () => state;

function tell(message) {
  hear(message);
  channel.postMessage(message);
}

function hear({ event, position, now, question }) {
  if (question) return void (source && channel.postMessage({ now: state }));
  if (now && now !== state) {
    state = now;
    document.dispatchEvent(new CustomEvent("ff:live", { detail: state }));
  }
  if (position) last = position;
  if (event?.type === PROGRESS) document.dispatchEvent(new CustomEvent("ff:progress", { detail: event.data }));
  else if (event) document.dispatchEvent(new CustomEvent("ff:event", { detail: { ...event, id: event.event_id } }));
}

/** Listen until the signal; connects again by itself. */
async function listen(signal) {
  while (!signal.aborted && isSignedIn()) {
    const failed = await stream(signal);
    if (signal.aborted) return;
    if (failed) await why();
    await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
  }
}

/** One stream, until it is closed for good. A break that the browser mends by itself is only shown. */
function stream(signal) {
  return new Promise((resolve) => {
    let lost = 0;
    source = new EventSource(`/v1/events${last === null ? "" : `?after=${last}`}`);
    const close = (failed) => { clearTimeout(lost); source.close(); source = null; resolve(failed); };
    source.onopen = () => { clearTimeout(lost); tell({ now: "on" }); };
    source.onmessage = ({ data, lastEventId }) => tell({ event: JSON.parse(data), position: lastEventId });
    source.onerror = () => {
      clearTimeout(lost);
      lost = setTimeout(() => tell({ now: "off" }), LOST_MS);
      if (source.readyState === EventSource.CLOSED) close(true);
    };
    signal.addEventListener("abort", () => source && close(false), { once: true });
  });
}

/** Why a stream was refused: the session may have ended, or what was missed is not kept any more. */
async function why() {
  const { status } = await call(`/v1/events?limit=1${last === null ? "" : `&after=${last}`}`).catch((failure) => failure);
  if (!status || status >= 500) tell({ now: "off" });
  if (status !== 410) return;
  last = null;
  tell({ event: { type: "*", event_id: null } }); // anything may have changed
}

async function lead() {
  const stop = new AbortController();
  giveUp = () => stop.abort();
  const work = () => listen(stop.signal);
  // Without HTTPS, a browser has locks only on its own machine: then each tab that is looked at listens for itself.
  if (navigator.locks) await navigator.locks.request(CHANNEL, { signal: stop.signal }, work).catch(() => {});
  else if (!document.hidden) await work();
}

channel.onmessage = ({ data }) => hear(data);
channel.postMessage({ question: true });
onSession((signedIn) => {
  giveUp?.();
  giveUp = null;
  if (signedIn) lead();
});
if (!navigator.locks) {
  document.addEventListener("visibilitychange", () => { giveUp?.(); if (!document.hidden && isSignedIn()) lead(); });
}
// A page that is kept for going back hears nothing meanwhile; when it is shown again, it begins anew.
addEventListener("pagehide", () => giveUp?.());
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  document.dispatchEvent(new CustomEvent("ff:event", { detail: { type: "*", id: null } }));
  if (isSignedIn()) lead();
});
