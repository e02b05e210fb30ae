// The first page: is Core well, and, once signed in, what this installation says about itself.
import { element } from "./element.js";
import { call, notice, onSession } from "./session.js";

const health = document.getElementById("health");
const info = document.getElementById("info");
const CHANGE = "read and change";
/** Permissions by noun: what a person calls it, and the list in GraphQL that can be counted. */
const NOUNS = {
  entities: ["Entities", "entities"],
  assets: ["Files (assets)", "assets"],
  descriptors: ["Facts (descriptors)", "descriptors"],
  relationships: ["Relationships", "relationships"],
  field_defs: ["Field definitions", "fieldDefinitions"],
  journal: ["Journal", "changesets"],
  tokens: ["Tokens", "tokens"],
  sessions: ["Sessions", "sessions"],
  system: ["This installation", ""],
};
const SIZES = ["B", "KB", "MB", "GB", "TB", "PB"];

async function askHealth() {
  try {
    const answer = await (await fetch("/healthz", { credentials: "omit" })).json();
    const well = answer.status === "ok";
    say(well ? "good" : "bad", well ? `Core ${answer.version ?? ""} is running well` : `Core says: ${answer.status}`);
    health.title = answer.instance_id ? `Instance ${answer.instance_id}` : "";
  } catch {
    say("bad", "Core does not answer. It may have stopped: start it again.");
  }
}

function say(state, text) {
  // Written only when it changes, or a screen reader would repeat it every ten seconds.
  if (health.textContent === text) return;
  health.dataset.state = state;
  health.textContent = text;
}

async function showInfo(signedIn) {
  notice(document.getElementById("info-notice"));
  if (!signedIn) return info.replaceChildren();
  try {
    const own = await (await call("/v1/tokens/current")).json();
    const reads = own.permissions.includes("system:read");
    info.replaceChildren(
      ...(own.limited ? limits(own) : []),
      ...(reads ? groups(await (await call("/v1/system/info")).json()) : [list(await countsFor(own), "tiles")]),
    );
  } catch (failure) {
    info.replaceChildren();
    notice(document.getElementById("info-notice"), failure.message);
  }
}

/** What a limited token is called, and what it may do, a row for each noun. */
function limits({ name, permissions }) {
  const may = {};
  for (const [noun, verb] of permissions.map((each) => each.split(":"))) {
    may[noun] = verb === "write" || may[noun] === CHANGE ? CHANGE : "read";
  }
  const rows = Object.fromEntries(Object.entries(may).map(([noun, verb]) => [NOUNS[noun]?.[0] ?? noun, verb]));
  const said = permissions.length ? "It may do this, and nothing else:" : "It may do nothing yet.";
  return [
    element("p", {}, "You are signed in with the token ", element("strong", {}, name), ". ", said),
    list(rows, "facts card"),
  ];
}

/** How many records there are of each kind that the token may read. */
async function countsFor({ permissions }) {
  const kinds = Object.entries(NOUNS).filter(([noun, [, field]]) => field && permissions.includes(`${noun}:read`));
  if (!kinds.length) return {};
  const query = `{ ${kinds.map(([, [, field]]) => `${field} { totalCount }`).join(" ")} }`;
  const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ query }) };
  const { data } = await (await call("/graphql", sent)).json();
  return Object.fromEntries(kinds.map(([, [label, field]]) => [label, data?.[field]?.totalCount ?? null]));
}

/** Objects become lists with a heading of their own, counts become tiles, all that is left comes first. */
function groups(answer) {
  const entries = Object.entries(answer).flatMap(([key, value]) =>
    Array.isArray(value) && value.some(isObject) ? value.map((each) => [key, each]) : [[key, value]]);
  const nested = entries.filter(([, value]) => isObject(value));
  const counts = nested.filter(([, value]) => Object.values(value).every((count) => typeof count === "number"));
  const others = nested.filter((entry) => !counts.includes(entry));
  const plain = Object.fromEntries(entries.filter(([, value]) => !isObject(value)));
  return [
    ...counts.map(([, value]) => list(value, "tiles")),
    list(plain, "facts card"),
    ...others.map(([key, value]) => element("section", {}, element("h3", {}, words(key)), list(value, "facts card"))),
  ];
}

function list(values, className) {
  const rows = Object.entries(values).map(([key, value]) =>
    element("div", {}, element("dt", {}, NOUNS[key]?.[0] ?? words(key)), element("dd", {}, shown(key, value))));
  return element("dl", { className, hidden: rows.length === 0 }, rows);
}

function shown(key, value) {
  if (value === null || value === "" || (Array.isArray(value) && !value.length)) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return key.endsWith("_bytes") ? size(value) : value.toLocaleString("en");
  if (Array.isArray(value) && !value.some(isObject)) return value.join(", ");
  if (key.endsWith("_at")) return element("time", { dateTime: value }, new Date(value).toLocaleString());
  return typeof value === "string" ? value : element("code", {}, JSON.stringify(value));
}

function size(bytes) {
  const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)), SIZES.length - 1);
  return `${(bytes / 1000 ** step).toLocaleString("en", { maximumFractionDigits: 1 })} ${SIZES[step]}`;
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const words = (key) =>
  (key.charAt(0).toUpperCase() + key.slice(1)).replace(/_bytes$/, "").replaceAll("_", " ").replace(/\bid\b/, "ID");

document.querySelectorAll("[data-origin]").forEach((place) => { place.textContent = location.origin; });
onSession(showInfo);
askHealth();
setInterval(() => document.hidden || askHealth(), 10_000);
