// The uploads that this browser has under way, kept in IndexedDB: so a page that is loaded anew knows them.
//
//   { place, name, size, modified, entity, owner, at }   `place` is the address of the upload, `at` when it last went on

const KEY = "faceforge.unfinished"; // in the local storage, so that a page need not open a database to learn that there are none
const QUIET = 20_000; // milliseconds after which an upload that no other tab holds is taken for one that stopped

let opened = null;

function open() {
  opened ??= new Promise((good, bad) => {
    const request = indexedDB.open("faceforge.uploads", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("unfinished", { keyPath: "place" });
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });
  return opened;
}

async function within(mode, act) {
  const store = (await open()).transaction("unfinished", mode).objectStore("unfinished");
  return new Promise((good, bad) => {
    const request = act(store);
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });
}

// A browser that keeps nothing for this address still uploads.
const quietly = (work) => work.catch(() => null);

async function count() {
  const number = await within("readonly", (store) => store.count());
  if (number) localStorage.setItem(KEY, number);
  else localStorage.removeItem(KEY);
}

/** Remember an upload, or that it has gone on. */
export const keep = (record) => quietly(within("readwrite", (store) => store.put({ ...record, at: Date.now() })).then(count));

/** Forget an upload that has arrived or was left out. */
export const forget = (place) => quietly(within("readwrite", (store) => store.delete(place)).then(count));

/** While `work` runs, other tabs know that this one sends the upload at `place`. */
export function holding(place, work) {
  return navigator.locks ? navigator.locks.request(place, work) : work();
}

/** What no tab sends now, oldest first. */
export async function left() {
  const all = (await quietly(within("readonly", (store) => store.getAll()))) ?? [];
  const held = new Set((await navigator.locks?.query())?.held.map(({ name }) => name));
  const idle = ({ place, at }) => (navigator.locks ? !held.has(place) : Date.now() - at > QUIET);
  return all.filter(idle).sort((one, other) => one.at - other.at);
}
