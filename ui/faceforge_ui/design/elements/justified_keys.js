// The keys of justified rows: arrows move, x selects, Ctrl A selects all that is loaded, Esc clears the selection.

import { keys } from "../../shell/keys.js";
import { beside } from "./justify.js";

const SCOPE = "In a list or gallery";
const MOVES = {
  ArrowLeft: (list) => list.current - 1,
  ArrowRight: (list) => list.current + 1,
  ArrowUp: (list) => beside(list.places, list.rows, list.current, -1),
  ArrowDown: (list) => beside(list.places, list.rows, list.current, 1),
  Home: () => 0,
  End: (list) => list.places.length - 1,
};

/** Take the keys for `list`; answers the function that gives them back. */
export function justifiedKeys(list) {
  const inside = (act) => ({ target }) => list.indexOf(target) >= 0 && act() !== false;
  const tickable = () => list.tiles[list.current]?.querySelector("input[type=checkbox]");
  const moves = Object.entries(MOVES).map(([key, to]) => ({ key, label: "move", act: inside(() => list.go(to(list))) }));
  const taken = [
    ...moves,
    { key: "Enter", label: "open", act: () => false }, // the link does it
    { key: "x", label: "select", act: inside(() => tickable() && toggle(list)) },
    { key: "Shift+x", label: "select up to here", act: inside(() => tickable() && list.chosen.upTo(list.current, list.chunks.all())) },
    { key: "Control+a", label: "select all loaded", act: inside(() => tickable() && list.chosen.add(list.chunks.all())) },
    { key: "Escape", label: "clear the selection", act: () => list.chosen.ids.size > 0 && (list.chosen.clear(), true) },
  ].map((binding) => keys.on({ scope: SCOPE, ...binding }));
  return () => taken.forEach((giveBack) => giveBack());
}

function toggle(list) {
  const { id } = list.tiles[list.current].dataset;
  list.chosen.set(id, list.current, !list.chosen.has(id));
}
