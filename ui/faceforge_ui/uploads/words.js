// Numbers and sentences of the upload panel.

const NUMBER = new Intl.NumberFormat("en");
const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"];

/** 12846 -> "12,846". */
export const count = (number) => NUMBER.format(number);

/** "1 file", "12,846 files". */
export const files = (number) => (number === 1 ? "1 file" : `${count(number)} files`);

/** 3800000000 -> "3.8 GB", as the server writes sizes. */
export function bytes(size) {
  if (size < 1000) return size === 1 ? "1 byte" : `${size} bytes`;
  let unit = 1;
  let value = size / 1000;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : count(Math.round(value))} ${UNITS[unit]}`;
}

/** The heading of the panel for what a queue says of itself. */
export function heading({ total, ended, failed, running, waiting, looking, pause, unchosen }) {
  if (looking) return `Looking through the folder: ${files(total)}`;
  if (pause) return `Paused at ${count(ended)} of ${count(total)}`;
  if (running || waiting) return `Uploading ${count(Math.min(ended + 1, total))} of ${count(total)}`;
  if (unchosen && unchosen === total) return unchosen === 1 ? "1 upload to go on with" : `${count(unchosen)} uploads to go on with`;
  if (failed === total) return `${files(failed)} not added`;
  return failed ? `${count(total - failed)} of ${files(total)} added` : `${files(total)} added`;
}

/** The second line: what is apart from the plain case. Empty when nothing is. */
export function summary({ duplicates, failed, waiting, pause, left, unchosen }) {
  const refused = failed - (unchosen || 0);
  return [
    pause,
    duplicates && (duplicates === 1 ? "1 was already here." : `${count(duplicates)} were already here.`),
    !pause && refused && (refused === 1 ? "1 was not added." : `${count(refused)} were not added.`),
    waiting && `${count(waiting)} waiting${left ? `, ${bytes(left)} to go` : ""}.`,
  ].filter(Boolean).join(" ");
}

/** What a row says of a file that has arrived. */
export function arrived({ duplicate, entity }) {
  if (duplicate) return entity ? "Already here. Linked, not copied." : "Already here. Not copied.";
  return "Added";
}
