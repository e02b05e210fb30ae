// The API to read: ReDoc, fed with the public description, in the colours of our pages.
import { describe } from "./description.js";

const viewer = document.getElementById("viewer");
// ReDoc writes the verbs in white, on light and on dark pages: 4.5:1 on each of these.
const VERBS = {
  get: "#1d6b43", post: "#a53f1b", put: "#8a4b00", patch: "#8a4b00", delete: "#b3202c",
  head: "#1f5a94", options: "#1f5a94", basic: "#5d5b63", link: "#1f5a94",
};

function draw(spec) {
  const panel = colour("--surface");
  Redoc.init(spec, {
    hideDownloadButton: true,
    nativeScrollbars: true,
    scrollYOffset: ".head",
    sanitize: true,
    theme: {
      colors: {
        primary: { main: colour("--accent") },
        success: { main: colour("--good") },
        error: { main: colour("--bad") },
        text: { primary: colour("--ink"), secondary: colour("--muted") },
        border: { dark: colour("--line"), light: colour("--line") },
        http: VERBS,
        responses: {
          success: { color: colour("--good"), backgroundColor: colour("--good-soft") },
          redirect: { color: colour("--muted"), backgroundColor: colour("--sunken") },
          info: { color: colour("--muted"), backgroundColor: colour("--sunken") },
          error: { color: colour("--bad"), backgroundColor: colour("--bad-soft") },
        },
      },
      schema: {
        nestedBackground: panel,
        linesColor: colour("--line"),
        typeNameColor: colour("--muted"),
        typeTitleColor: colour("--muted"),
      },
      sidebar: { backgroundColor: panel, textColor: colour("--ink") },
      rightPanel: { backgroundColor: colour("--sunken"), textColor: colour("--ink") },
      codeBlock: { backgroundColor: panel },
      typography: {
        fontSize: ".9375rem",
        fontFamily: getComputedStyle(document.body).fontFamily,
        headings: { fontFamily: getComputedStyle(document.body).fontFamily, fontWeight: "600" },
        code: { backgroundColor: panel, color: colour("--ink") },
      },
    },
  }, viewer);
}

/** The present value of a colour token as rgb(): ReDoc computes with colours and reads neither `light-dark()` nor `oklch()`. */
function colour(name) {
  const probe = viewer.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  pen.fillRect(0, 0, 1, 1);
  return `rgb(${[...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).join(", ")})`;
}

describe((spec) => {
  draw(spec);
  document.addEventListener("ff:theme", () => draw(spec));
});
