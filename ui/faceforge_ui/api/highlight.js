// Colour for code without markup: the text stays one text node, and the browser paints ranges of it.
// A browser without the CSS Custom Highlight API shows the same text in one colour.

const GRAMMARS = {
  graphql: /(?<comment>#[^\n]*)|(?<string>"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?)|(?<variable>[@$]\w+)|(?<keyword>\b(?:query|mutation|subscription|fragment|on|true|false|null)\b)|(?<number>-?\b\d[\w.]*)|(?<key>\b[A-Z]\w*)/g,
  json: /(?<key>"(?:\\.|[^"\\])*"(?=\s*:))|(?<string>"(?:\\.|[^"\\\n])*"?)|(?<keyword>\b(?:true|false|null)\b)|(?<number>-?\b\d[\d.eE+-]*)/g,
};
const LONGEST = 500_000; // characters; beyond this, painting takes longer than reading is worth
const painted = new WeakMap();

/** Put `text` into `place` and paint it as `language`. */
export function paint(place, text, language) {
  place.textContent = text;
  painted.get(place)?.forEach(([kind, range]) => CSS.highlights.get(kind).delete(range));
  painted.delete(place);
  const node = place.firstChild;
  if (!node || !CSS.highlights || text.length > LONGEST) return;
  const ranges = [];
  for (const match of text.matchAll(GRAMMARS[language])) {
    const kind = Object.keys(match.groups).find((group) => match.groups[group] !== undefined);
    const range = new StaticRange({
      startContainer: node, startOffset: match.index, endContainer: node, endOffset: match.index + match[0].length,
    });
    if (!CSS.highlights.has(kind)) CSS.highlights.set(kind, new Highlight());
    CSS.highlights.get(kind).add(range);
    ranges.push([kind, range]);
  }
  painted.set(place, ranges);
}
