// How far a job is, in words: what progress.py says when a page is made, said again of what Core tells meanwhile.

const COUNTED = {
  copied: "copied", moved: "moved", linked: "linked", here: "already here", created: "created", updated: "changed",
  unchanged: "as before", skipped: "left out", failed: "failed", left: "to go",
};
const UNDER_WAY = ["found", "done"];
const UNITS = ["kB", "MB", "GB", "TB", "PB"];

const number = (value) => value.toLocaleString("en");

/** `58 %`, or nothing where nobody knows. */
export const percent = (fraction) => (fraction === null || fraction === undefined ? "" : `${Math.floor(fraction * 100)} %`);

/** `[["copied", "2,104 copied"], …]`. */
export function tally(counts) {
  const numbers = { ...counts, left: counts.left || Math.max(0, (counts.total ?? 0) - (counts.done ?? 0)) };
  const told = Object.entries(COUNTED).filter(([name]) => numbers[name]).map(([name, words]) => [name, `${number(numbers[name])} ${words}`]);
  return told.length ? told : UNDER_WAY.filter((name) => counts[name]).map((name) => [name, `${number(counts[name])} ${name}`]);
}

/** Of the whole bar: what was copied, and what was here already and is linked. */
export function shares(fraction, { copied = 0, linked = 0 }) {
  if (!fraction || !linked) return [fraction ?? 0, 0];
  const part = linked / (copied + linked);
  return [fraction * (1 - part), fraction * part];
}

/** A time that passed or is to pass: `4 min 30 s`. */
export function lasted(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return whole ? `${whole} s` : "under 1 s";
  const [minutes, left] = [Math.floor(whole / 60), whole % 60];
  if (whole < 3600) return left && minutes < 10 ? `${minutes} min ${left} s` : `${minutes} min`;
  if (whole >= 48 * 3600) return `${Math.floor(whole / 86400)} days`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 60)} h`;
}

/** `about 4 min 30 s left`. */
export function rest(seconds) {
  if (seconds === null || seconds === undefined) return "";
  return Math.round(seconds) ? `about ${lasted(seconds)} left` : "almost done";
}

/** What is said before an import is stopped, or nothing while nothing is in. */
export function safe({ copied = 0, moved = 0, linked = 0 }) {
  const done = copied + moved + linked;
  return done ? `${number(done)} ${done === 1 ? "file is in and stays" : "files are in and stay"}. You can go on later.` : "";
}

/** `148 MB/s`, or `310 a second` of a job that counts no bytes. */
export function speed(rate, counts) {
  if (!rate) return "";
  return "bytes" in counts ? `${size(rate)}/s` : `${number(Math.round(rate))} a second`;
}

function size(bytes) {
  if (bytes < 1000) return `${Math.floor(bytes)} bytes`;
  let [value, step] = [bytes / 1000, 0];
  while (value >= 999.5 && step < UNITS.length - 1) [value, step] = [value / 1000, step + 1];
  return `${value < 9.95 ? value.toFixed(1) : number(Math.round(value))} ${UNITS[step]}`;
}
