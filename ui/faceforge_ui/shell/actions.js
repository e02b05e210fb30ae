// What the palette can do: go to a page of the menus, and the actions that keys stand for on this page.
import { keys } from "./keys.js";
import { signOut } from "./session.js";
import { go } from "./swap.js";

const MOST = 8;

function places() {
  const links = [...document.querySelectorAll(".side .nav a, #palette-places a")];
  return links.map((link) => ({
    label: link.dataset.place ?? `Go to ${link.title}`, icon: link.dataset.icon ?? "right", href: link.href,
    key: link.dataset.key ? `g ${link.dataset.key}` : "", act: () => go(link.href),
  }));
}

const bound = () => keys.actions().map(({ action, icon = "right", key, act }) => ({ label: action, icon, key, act }));

/** The actions whose words begin with all that was typed, the first of them when nothing was. */
export function actions(word) {
  const asked = word.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ label }) => {
    const words = label.toLowerCase().split(/[^\p{L}\p{N}]+/u);
    return asked.every((each) => words.some((one) => one.startsWith(each)));
  };
  const all = [...bound(), ...places(), { label: "Sign out", icon: "door", key: "", act: signOut }];
  return all.filter(fits).slice(0, MOST);
}
