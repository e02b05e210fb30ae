// Making elements. Text goes in as text nodes only, so nothing that comes from data is ever read as markup.

/** `element("a", { href: "/" }, "Home")`; children may be strings, elements, or empty values, which are left out. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A paragraph in which what stands between backticks is code. */
export function prose(text, className = "") {
  const parts = text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));
  return element("p", { className }, parts);
}
