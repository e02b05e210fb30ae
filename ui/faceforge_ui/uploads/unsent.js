// Why a file did not arrive, in words for people.

import { bytes } from "./words.js";

/**
 * `kind`: `broken` (the connection), `full`, `away` (Core takes nothing now), `session`, `busy` (try again after `wait`
 * seconds), `sidecar`, `moved` (the file itself cannot be read any more), `unchosen` (it must be chosen again), `large`,
 * `stopped` (by the person), `refused`.
 */
export class Unsent extends Error {
  constructor(kind, message, wait = 0) {
    super(message);
    Object.assign(this, { kind, wait });
  }
}

/** What an answer of Core says that is no success. */
export function refusal(answer, file) {
  const said = read(answer.text);
  const wait = Number(answer.header("Retry-After")) || 1;
  const own = [said.detail || said.title || `FaceForge answered ${answer.status} without a reason.`, said.hint]
    .filter(Boolean).join(" ");
  const { status } = answer;
  if (status === 401) return new Unsent("session", "Your session has ended. Sign in in another tab, then go on.");
  if (status === 403) return new Unsent("refused", "You may look at files here, but not add any.");
  if (status === 413) return new Unsent("large", `Too large: this file has ${bytes(file.size)}, more than FaceForge takes here.`);
  if (status === 507) return new Unsent("full", "The disk is full. Nothing is lost: make room, then go on.");
  if (status === 429 || said.code === "busy" || said.code === "overloaded") return new Unsent("busy", own, wait);
  if (said.code === "store_away") {
    return new Unsent("away", "The disk with the files is not connected. Connect it, then go on; nothing was lost.");
  }
  if (status === 503) return new Unsent("away", own);
  if (said.code === "invalid_sidecar") {
    return new Unsent("sidecar", "Its _meta.json (a small text file beside it that describes it) cannot be read.");
  }
  if (said.code === "unknown_reference") {
    return new Unsent("refused", "Whom it should belong to is not here any more, perhaps in the trash.");
  }
  return new Unsent("refused", own);
}

/** No answer came: the file cannot be read any more, or the connection broke. `sent` are the bytes that have come. */
export async function lost(file, sent) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    return moved();
  }
  return new Unsent("broken", `Paused: the connection broke${sent > 0 ? ` at ${bytes(sent)}` : ""}. Nothing is lost.`);
}

export const moved = () => new Unsent("moved", "This file was changed or moved after it was chosen. Choose it again.");

/** After a new page: this many bytes are there, and the browser has no way to the file before it is chosen again. */
export const unchosen = (sent, size) => new Unsent("unchosen", `${bytes(sent)} of ${bytes(size)} are here. Choose the same file again to go on.`);

/** The JSON of a text, or an empty object. */
export function read(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
