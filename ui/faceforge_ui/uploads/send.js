// One file goes to Core by tus 1.0, in pieces: what has come counts, so after a break only the rest is sent.

import { Exchange } from "./exchange.js";
import * as unfinished from "./unfinished.js";
import { lost, moved, read, refusal, Unsent } from "./unsent.js";

const TUS = { "Tus-Resumable": "1.0.0" };
const BYTES = { ...TUS, "Content-Type": "application/offset+octet-stream" };
const PIECE = 8 * 1024 * 1024;
const AT_ONCE = 1024 * 1024; // so small a file comes along with the request that begins
const HASHED = 64 * 1024 * 1024; // up to here a file is hashed first; it takes as much memory for a moment
const IN_HEADER = 24 * 1024; // bytes of a sidecar; headers have 64 KiB together, and base64 makes it longer
const PATIENCE = 60; // tries, a second apart, while Core still holds a connection that broke

/**
 * Send `item` = `{ file, meta, entity, place }`; `progress(bytes)` hears how much of it is there. Answers `{ abort, done }`;
 * `done` is `{ asset, duplicate }`, or an Unsent. `item.place` is where the upload is, once it has begun.
 */
export function send(item, progress) {
  const exchange = new Exchange();
  return { abort: () => exchange.stop(), done: deliver(exchange, item, progress) };
}

/** Leave an upload for good: Core forgets its bytes. */
export async function leave(place) {
  await unfinished.forget(place);
  for (let tries = 0; tries < PATIENCE; tries += 1) {
    await pause(); // Core lets go of a connection that was cut in a moment
    const answer = await new Exchange().ask("DELETE", place, { headers: TUS });
    if (answer?.status !== 423) return;
  }
}

/** How many bytes of an upload are there; null when there is no such upload any more, undefined when nobody knows. */
export async function standing(place) {
  const answer = await new Exchange().ask("HEAD", place, { headers: TUS });
  if (answer?.status === 404 || answer?.status === 410) return null;
  return answer?.status === 200 ? Number(answer.header("Upload-Offset")) : undefined;
}

async function deliver(exchange, item, progress) {
  const meta = await item.meta?.text().catch(() => { throw moved(); });
  if (meta && new Blob([meta]).size > IN_HEADER) return inOneForm(exchange, item, meta, progress);
  let { offset, made } = item.place ? await resumed(exchange, item) : {};
  if (!item.place) ({ offset, made } = await begun(exchange, item, meta, progress));
  if (made) return arrived(item, made);
  return unfinished.holding(item.place, () => goOn(exchange, item, offset, progress));
}

async function begun(exchange, item, meta, progress) {
  const { file, entity } = item;
  const small = file.size <= AT_ONCE;
  const fields = { filename: file.name, entity_id: entity, meta, sha256: small ? null : await hashOf(file) };
  const headers = { ...(small ? BYTES : TUS), "Upload-Length": file.size, "Upload-Metadata": metadata(fields) };
  const answer = await answered(exchange, item, "POST", "/v1/uploads", { headers, body: small && file.size ? file : null, progress });
  const made = assetOf(answer);
  if (made) return { made };
  item.place = answer.header("Location");
  await remember(item);
  return { offset: Number(answer.header("Upload-Offset")) || 0 };
}

// Where it stands; without a place when Core has it no more, so that it begins anew.
async function resumed(exchange, item) {
  const answer = await exchange.ask("HEAD", item.place, { headers: TUS });
  if (!answer) throw await lost(item.file, item.sent);
  if (answer.status === 404 || answer.status === 410) {
    await unfinished.forget(item.place);
    item.place = null;
    return {};
  }
  if (answer.status === 423) { await pause(); return resumed(exchange, item); }
  if (answer.status !== 200) throw refusal(answer, item.file);
  return { offset: Number(answer.header("Upload-Offset")), made: assetOf(answer) };
}

async function goOn(exchange, item, offset, progress) {
  let [at, refused] = [offset, 0];
  for (;;) {
    const from = at;
    progress(from);
    const answer = await exchange.ask("PATCH", item.place, {
      headers: { ...BYTES, "Upload-Offset": from }, body: item.file.slice(from, from + PIECE), progress: (sent) => progress(from + sent),
    });
    if (!answer) throw await lost(item.file, item.sent);
    const made = assetOf(answer);
    if (made) return arrived(item, made);
    if (answer.status === 204) {
      [at, refused] = [Number(answer.header("Upload-Offset")), 0];
      await remember(item);
    } else if ((answer.status === 409 || answer.status === 423) && refused < PATIENCE) {
      refused += 1;
      await pause();
      const found = await resumed(exchange, item);
      if (found.made) return arrived(item, found.made);
      if (!item.place) return deliver(exchange, item, progress);
      at = found.offset;
    } else if (answer.status === 404 || answer.status === 410) {
      await unfinished.forget(item.place);
      item.place = null;
      return deliver(exchange, item, progress);
    } else throw refusal(answer, item.file);
  }
}

// What stands in no header goes beside the file, in one request that has to be whole.
async function inOneForm(exchange, { file, entity, ...item }, meta, progress) {
  const form = new FormData();
  Object.entries({ filename: file.name, entity_id: entity, meta, file }).forEach(([name, value]) => value && form.append(name, value));
  const answer = await answered(exchange, { file, ...item }, "POST", "/v1/assets/upload", { body: form, progress: (sent) => progress(Math.min(sent, file.size)) });
  const asset = read(answer.text);
  return { asset: asset.asset_id, duplicate: asset.duplicate };
}

async function answered(exchange, { file, sent }, method, path, more) {
  const answer = await exchange.ask(method, path, more);
  if (!answer) throw await lost(file, sent);
  if (answer.status >= 300) throw refusal(answer, file);
  return answer;
}

function assetOf(answer) {
  const asset = answer.status < 300 && answer.header("X-FaceForge-Asset-Id");
  return asset ? { asset, duplicate: answer.header("X-FaceForge-Duplicate") === "true" } : null;
}

async function arrived(item, made) {
  if (item.place) await unfinished.forget(item.place);
  return made;
}

const remember = ({ place, name, size, modified, entity, owner }) => unfinished.keep({ place, name, size, modified, entity, owner });

// Only where the address is a safe one do browsers hash; elsewhere the bytes travel, and Core finds out that it has them.
async function hashOf(file) {
  if (!crypto.subtle || file.size > HASHED) return null;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer().catch(() => { throw moved(); }));
  return [...new Uint8Array(digest)].map((each) => each.toString(16).padStart(2, "0")).join("");
}

const metadata = (fields) => Object.entries(fields).filter(([, value]) => value).map(([name, value]) => `${name} ${base64(value)}`).join(",");

function base64(text) {
  return btoa(Array.from(new TextEncoder().encode(text), (each) => String.fromCharCode(each)).join(""));
}

const pause = () => new Promise((next) => { setTimeout(next, 1000); });
