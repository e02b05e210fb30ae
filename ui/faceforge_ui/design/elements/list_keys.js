// The keys of a windowed list: arrows move, x selects, Ctrl A selects all that is loaded, Esc clears the selection.

import { keys } from "../../shell/keys.js";

const SCOPE = "In a list or gallery";
/** How far each key moves in a list of so many columns, of which so many rows are in view. */
const STEPS = {
  ArrowLeft: () => -1,
  ArrowRight: () => 1,
  ArrowUp: (columns) => -columns,
  ArrowDown: (columns) => columns,
  PageUp: (columns, rows) => -columns * rows,
  PageDown: (columns, rows) => columns * rows,
  Home: () => -Infinity,
  End: () => Infinity,
};

/** Take the keys for `list`; answers the function that gives them back. */
export function listKeys(list) {
  const inside = (act) => ({ target }) => list.indexOf(target) >= 0 && act(list);
  const moves = Object.keys(STEPS).flatMap((key) => [
    { key, label: "move", act: inside(() => move(list, key)) },
    { key: `Shift+${key}`, label: "select up to there", hidden: !key.startsWith("Arrow"), act: inside(() => extend(list, key)) },
  ]);
  const taken = [
    ...moves,
    { key: "Enter", label: "open", act: () => false }, // the link does it
    { key: "x", label: "select", act: inside(toggle) },
    { key: "Shift+x", label: "select up to here", act: inside(upToHere) },
    { key: "Control+a", label: "select all loaded", act: ({ target }) => (list.indexOf(target) >= 0 || target === document.body) && all(list) },
    { key: "Escape", label: "clear the selection", act: () => list.chosen.ids.size > 0 && list.chosen.clear() },
  ].map((binding) => keys.on({ scope: SCOPE, ...binding }));
  return () => taken.forEach((giveBack) => giveBack());
}

function move(list, key) {
  const { columns, row } = list.layout;
  if (columns === 1 && (key === "ArrowLeft" || key === "ArrowRight")) return false;
  const step = STEPS[key](columns, Math.max(1, Math.floor(innerHeight / row) - 1));
  const turned = getComputedStyle(list).direction === "rtl" && /Left|Right/.test(key);
  const to = list.current + (turned ? -step : step);
  if (key !== "ArrowUp" || to >= 0) list.go(to);
  return true;
}

function extend(list, key) {
  list.chosen.anchor ??= list.current;
  return move(list, key) && upToHere(list);
}

function upToHere(list) {
  list.chosen.upTo(list.current, list.chunks.all());
  return true;
}

function toggle(list) {
  const cell = list.shown.get(list.current);
  if (!cell?.dataset.id) return false;
  list.chosen.set(cell.dataset.id, list.current, !list.chosen.has(cell.dataset.id));
  return true;
}

function all(list) {
  list.chosen.add(list.chunks.all());
  return true;
}
