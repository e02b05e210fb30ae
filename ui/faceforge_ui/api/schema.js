// The schema to browse: operations, types, fields, arguments and what they mean, read by introspection.
import { element, prose } from "../design/element.js";
import { ask } from "./graphql.js";
import { Failure } from "../shell/session.js";
import { draft } from "./draft.js";

// Three levels of `ofType` hold `[Thing!]!`, and keep this query within the depth that Core allows.
const INTROSPECTION = `query Introspection {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name description
      fields(includeDeprecated: true) { name description deprecationReason args { ...Input } type { ...Ref } }
      inputFields { ...Input }
      interfaces { name }
      possibleTypes { name }
      enumValues(includeDeprecated: true) { name description deprecationReason }
    }
  }
}
fragment Input on __InputValue { name description defaultValue type { ...Ref } }
fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;
const ROOTS = [["Queries", "query"], ["Mutations", "mutation"], ["Subscriptions", "subscription"]];
const MOST = 80; // results shown of one search

const place = document.getElementById("schema");
const find = document.getElementById("find");
let types = new Map();
let roots = [];
let use = () => {};

/** Read the schema and show it. `onUse({query, variables})` gets a draft when a person picks an operation. */
export async function browse(onUse) {
  use = onUse;
  const { body } = await ask({ query: INTROSPECTION, operationName: "Introspection" });
  if (!body.data) throw new Failure("The schema cannot be read.", body.errors?.[0]?.message);
  const schema = body.data.__schema;
  types = new Map(schema.types.map((type) => [type.name, type]));
  roots = ROOTS.filter(([, kind]) => schema[`${kind}Type`])
    .map(([title, kind]) => ({ title, kind, type: types.get(schema[`${kind}Type`].name) }));
  showStart();
}

export function forget() {
  types = new Map();
  find.value = "";
  place.replaceChildren();
}

function showStart() {
  const named = [...types.values()].filter((type) => !type.name.startsWith("__") && !isRoot(type));
  named.sort((one, other) => one.name.localeCompare(other.name));
  place.replaceChildren(
    ...roots.map(({ title, kind, type }) => section(title, type.fields.map((field) => fieldRow(field, kind)))),
    section("Types", named.map((type) => element("li", {}, link(type.name), summary(type.description)))),
  );
}

function showType(name) {
  const type = types.get(name);
  const back = element("button", { type: "button", className: "link", onclick: showStart }, "Schema");
  const title = element("h3", { className: "name", tabIndex: -1 }, name);
  const part = (heading, rows) => section(heading, rows, "h4");
  const refs = (list) => (list ?? []).map((item) => element("li", {}, link(item.name)));
  place.replaceChildren(
    element("nav", { "aria-label": "Place in the schema", className: "trail" }, back, " / ", name),
    title,
    element("p", { className: "muted" }, type.kind.toLowerCase().replace("_", " ")),
    type.description ? prose(type.description) : "",
    part("Fields", (type.fields ?? []).map((field) => fieldRow(field))),
    part("Input fields", (type.inputFields ?? []).map((field) => fieldRow(field))),
    part("Values", (type.enumValues ?? []).map((value) => fieldRow(value))),
    part("Implements", refs(type.interfaces)),
    part("Possible types", refs(type.possibleTypes)),
  );
  place.scrollTop = 0;
  title.focus();
}

function showFound() {
  const wanted = find.value.trim().toLowerCase();
  if (!wanted) return showStart();
  const rows = [];
  for (const type of types.values()) {
    if (type.name.startsWith("__")) continue;
    if (type.name.toLowerCase().includes(wanted) && !isRoot(type)) rows.push(element("li", {}, link(type.name), summary(type.description)));
    for (const field of type.fields ?? type.inputFields ?? type.enumValues ?? []) {
      if (!field.name.toLowerCase().includes(wanted)) continue;
      const root = roots.find((one) => one.type === type);
      rows.push(fieldRow(field, root?.kind, root ? null : link(type.name)));
    }
  }
  const shown = section(`${rows.length} found`, rows.slice(0, MOST));
  place.replaceChildren(rows.length ? shown : element("p", { className: "muted" }, "Nothing has this in its name."));
}

function fieldRow(field, kind, owner) {
  const args = (field.args ?? []).flatMap((arg, at) => [at ? ", " : "", `${arg.name}: `, reference(arg.type), fallback(arg)]);
  const start = kind && element("button", {
    type: "button", className: "btn small use", "aria-label": `Use ${field.name}`, title: "Write a draft of it into the editor",
    onclick: () => use(draft(kind, field, types)),
  }, "Use");
  return element("li", {},
    element("div", { className: "signature" },
      element("span", {}, owner, owner && ".", element("b", {}, field.name), args.length ? ["(", ...args, ")"] : "",
        field.type && [": ", reference(field.type)], fallback(field)),
      start),
    field.deprecationReason && prose(`Deprecated: ${field.deprecationReason}`, "old"),
    summary(field.description));
}

function reference(type) {
  if (type.kind === "NON_NULL") return element("span", {}, reference(type.ofType), "!");
  if (type.kind === "LIST") return element("span", {}, "[", reference(type.ofType), "]");
  return link(type.name);
}

const isRoot = (type) => roots.some((root) => root.type === type);
const fallback = (input) => (input.defaultValue ? ` = ${input.defaultValue}` : "");
const summary = (text) => (text ? prose(text, "muted") : "");
const link = (name) => element("button", { type: "button", className: "link", onclick: () => showType(name) }, name);
const section = (title, rows, level = "h3") =>
  (rows.length ? element("section", {}, element(level, {}, title), element("ul", {}, rows)) : "");

find.addEventListener("input", showFound);
