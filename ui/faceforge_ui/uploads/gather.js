// What a person dropped or chose becomes a list of files to send: folders are walked, a sidecar goes with its file.

const CLUTTER = /^(\.DS_Store|Thumbs\.db|desktop\.ini|\._.*)$/i;
const SIDECAR = /^(.*)_meta\.json$/i;
const BATCH = 500; // files handed on at once, so that a page with 10,000 stays smooth

/**
 * Give each file of one folder its sidecar: `NAME.EXT_meta.json` or `NAME_meta.json` beside it, else the `_meta.json` of
 * the folder. A sidecar that belongs to no file is a file like others.
 */
export function paired(files) {
  const sidecars = new Map();
  for (const file of files) {
    const match = SIDECAR.exec(file.name);
    if (match) sidecars.set(match[1], file);
  }
  const used = new Set();
  const take = (name) => {
    const found = sidecars.get(name);
    if (found) used.add(found);
    return found;
  };
  const sent = files.filter((file) => !CLUTTER.test(file.name));
  const owners = sent.filter((file) => !SIDECAR.test(file.name));
  const pairs = owners.map((file) => {
    const stem = file.name.replace(/\.[^.]+$/, "");
    return { file, meta: take(file.name) ?? take(stem) ?? take("") ?? null };
  });
  const alone = sent.filter((file) => SIDECAR.test(file.name) && !used.has(file));
  return [...pairs, ...alone.map((file) => ({ file, meta: null }))];
}

/** Call `found(pairs)` for the files of a `FileList`, folder by folder. */
export async function chosen(list, found) {
  const folders = new Map();
  for (const file of list) {
    const folder = file.webkitRelativePath.split("/").slice(0, -1).join("/");
    if (!folders.has(folder)) folders.set(folder, []);
    folders.get(folder).push(file);
  }
  for (const files of folders.values()) await inBatches(paired(files), found);
}

/** Call `found(pairs)` for all files in the entries of a drop, folder by folder. `unreadable(name)` for what cannot be read. */
export async function walked(entries, found, unreadable) {
  const files = [];
  const folders = [];
  for (const entry of entries) {
    if (entry === null) continue;
    if (entry instanceof File) files.push(entry);
    else if (entry.isDirectory) folders.push(entry);
    else files.push(await fileOf(entry).catch(() => unreadable(entry.name)));
  }
  await inBatches(paired(files.filter(Boolean)), found);
  for (const folder of folders) {
    await walked(await childrenOf(folder).catch(() => { unreadable(folder.name); return []; }), found, unreadable);
  }
}

const fileOf = (entry) => new Promise((good, bad) => entry.file(good, bad));

// A reader answers at most a hundred at a time, and nothing when all were read.
async function childrenOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((good, bad) => reader.readEntries(good, bad));
    if (!some.length) return all;
    all.push(...some);
  }
}

async function inBatches(pairs, found) {
  for (let at = 0; at < pairs.length; at += BATCH) {
    found(pairs.slice(at, at + BATCH));
    await new Promise((next) => setTimeout(next));
  }
}
