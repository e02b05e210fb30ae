// One file goes to Core. Progress needs XMLHttpRequest: fetch tells nothing about what it has sent.

import { proof } from "../shell/session.js";
import { bytes } from "./words.js";

/**
 * Why a file did not arrive, in words for people. `kind`: `broken` (the connection), `full`, `away` (Core takes nothing now),
 * `session`, `busy` (try again after `wait` seconds), `sidecar`, `moved` (the file itself cannot be read any more), `refused`.
 */
export class Unsent extends Error {
  constructor(kind, message, wait = 0) {
    super(message);
    Object.assign(this, { kind, wait });
  }
}

/**
 * Send `item` = `{ file, meta, entity }`; `progress(bytes)` hears how much of it is sent. Answers `{ abort, done }`;
 * `done` is the asset, with `duplicate`, or an Unsent.
 */
export function send(item, progress) {
  const request = new XMLHttpRequest();
  const done = Promise.resolve(item.meta?.text()).then((meta) => new Promise((good, bad) => {
    request.upload.onprogress = (event) => progress(Math.min(event.loaded, item.file.size));
    request.onload = () => answered(request, good, bad, item);
    request.onerror = () => lost(item, bad);
    request.onabort = () => bad(new Unsent("stopped", "Stopped."));
    open(request, item, meta);
  }), () => { throw moved(); });
  return { abort: () => request.abort(), done };
}

// No kind is named: so whatever file has these bytes already, it is found.
function open(request, { file, entity }, meta) {
  const fields = { filename: file.name, ...(entity && { entity_id: entity }) };
  const form = meta === undefined ? null : new FormData();
  request.open(form ? "POST" : "PUT", form ? "/v1/assets/upload" : `/v1/assets/upload?${new URLSearchParams(fields)}`);
  Object.entries(proof()).forEach(([name, value]) => request.setRequestHeader(name, value));
  if (!form) {
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.send(file);
    return;
  }
  Object.entries(fields).forEach(([name, value]) => form.append(name, value));
  form.append("meta", meta);
  form.append("file", file);
  request.send(form);
}

function answered(request, good, bad, item) {
  const said = read(request.responseText);
  if (request.status === 200 || request.status === 201) good(said);
  else bad(reason(request, said, item));
}

function reason(request, said, { file }) {
  const wait = Number(request.getResponseHeader("Retry-After")) || 1;
  const own = [said.detail || said.title || `FaceForge answered ${request.status} without a reason.`, said.hint]
    .filter(Boolean).join(" ");
  const { status } = request;
  if (status === 401) return new Unsent("session", "Your session has ended. Sign in in another tab, then try again.");
  if (status === 403) return new Unsent("refused", "You may look at files here, but not add any.");
  if (status === 413) return new Unsent("large", `Too large: this file has ${bytes(file.size)}, more than FaceForge takes here.`);
  if (status === 507) {
    return new Unsent("full", "The disk is full. Nothing is half stored: make room, then try again.");
  }
  if (status === 429 || said.code === "busy" || said.code === "overloaded") return new Unsent("busy", own, wait);
  if (said.code === "store_away") {
    return new Unsent("away", "The disk with the files is not connected. Connect it, then try again; nothing was lost.");
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

// No answer came: the file cannot be read any more, or the connection broke.
async function lost(item, bad) {
  try {
    await item.file.slice(0, 1).arrayBuffer();
  } catch {
    bad(moved());
    return;
  }
  const at = item.sent > 0 ? ` at ${bytes(item.sent)}` : "";
  bad(new Unsent("broken", `The connection broke${at}. Nothing is half stored.`));
}

const moved = () => new Unsent("moved", "This file was changed or moved after it was chosen. Choose it again.");

function read(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
