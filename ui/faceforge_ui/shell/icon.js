// An icon of the sprite, for what scripts make.
const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("../design/icons.svg", import.meta.url).pathname;

/** `icon("plus")`; it always stands beside a word, or in a button with a label. */
export function icon(name) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${SPRITE}#${name}`);
  made.append(use);
  return made;
}
