// A first draft of an operation: what it must be given as variables, and the plain fields of what it answers.

/** `{query, variables}` as texts for one root `field`; `types` is the schema's Map by name. */
export function draft(kind, field, types) {
  const required = (field.args ?? []).filter(isRequired);
  // Of a list its first page will do; `first` could be left out, but shows where to ask for more.
  const page = !required.some(({ name }) => name === "first") && (field.args ?? []).some(({ name }) => name === "first");
  const given = required.map((arg) => `$${arg.name}: ${written(arg.type)}`).join(", ");
  const passed = [...required.map((arg) => `${arg.name}: $${arg.name}`), ...(page ? ["first: 10"] : [])].join(", ");
  const name = field.name.charAt(0).toUpperCase() + field.name.slice(1);
  const body = selection(named(field.type), types, "  ", 3);
  const variables = Object.fromEntries(required.map((arg) => [arg.name, blank(arg.type, types)]));
  return {
    query: `${kind} ${name}${given && `(${given})`} {\n  ${field.name}${passed && `(${passed})`}${body}\n}\n`,
    variables: required.length ? JSON.stringify(variables, null, 2) : "",
  };
}

function selection(type, types, indent, depth) {
  const { fields, possibleTypes } = types.get(type);
  if (!fields) return possibleTypes ? " { __typename }" : "";
  const deeper = `${indent}  `;
  const lines = [];
  for (const field of fields.filter(({ args }) => !args.some(isRequired))) {
    const inner = types.get(named(field.type));
    const leaf = !inner.fields && !inner.possibleTypes;
    // A page of a list is useful only with what it lists, and that only once: `edges` has the same as `nodes`.
    const twice = field.name === "edges" && fields.some(({ name }) => name === "nodes");
    const page = depth > 0 && !twice && ["edges", "node", "nodes", "pageInfo"].includes(field.name);
    if (leaf) lines.push(deeper + field.name);
    else if (page) lines.push(deeper + field.name + selection(inner.name, types, deeper, depth - 1));
  }
  return ` {\n${(lines.length ? lines : [`${deeper}__typename`]).join("\n")}\n${indent}}`;
}

function blank(type, types) {
  if (type.kind === "NON_NULL") return blank(type.ofType, types);
  if (type.kind === "LIST") return [];
  const { inputFields } = types.get(type.name);
  if (!inputFields) return ["Int", "Float"].includes(type.name) ? 0 : "";
  return Object.fromEntries(inputFields.filter(isRequired).map((field) => [field.name, blank(field.type, types)]));
}

function written(type) {
  if (type.kind === "NON_NULL") return `${written(type.ofType)}!`;
  return type.kind === "LIST" ? `[${written(type.ofType)}]` : type.name;
}

const named = (type) => (type.ofType ? named(type.ofType) : type.name);
const isRequired = (input) => input.type.kind === "NON_NULL" && (input.defaultValue ?? null) === null;
