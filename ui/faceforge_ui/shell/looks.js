// How the pages look in this browser: light or dark, close or wide, with or without single keys and
// Start here. first.js applies it.

const NAMES = { theme: "faceforge.theme", density: "faceforge.density", keys: "faceforge.keys", start: "faceforge.start" };

/** What was chosen: `theme` light, dark or system; `density` comfortable or compact; `keys` and `start` on or off. */
export const looks = () => ({
  theme: localStorage.getItem(NAMES.theme) ?? "system",
  density: localStorage.getItem(NAMES.density) ?? "comfortable",
  keys: localStorage.getItem(NAMES.keys) ?? "on",
  start: localStorage.getItem(NAMES.start) ?? "on",
});

/** Choose one of them, for all tabs of this browser. */
export function choose(name, value) {
  const usual = { theme: "system", density: "comfortable", keys: "on", start: "on" }[name];
  if (value === usual) localStorage.removeItem(NAMES[name]);
  else localStorage.setItem(NAMES[name], value);
  document.dispatchEvent(new Event("ff:looks"));
}

/** Dark where it is light, light where it is dark. */
export function flip() {
  choose("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
}
