// The GraphQL console: write, run, stop, read, and go back to what was run before.
import { edit } from "./editor.js";
import { element, prose } from "../design/element.js";
import { ask, listen, operations } from "./graphql.js";
import { paint } from "./highlight.js";
import { browse, forget } from "./schema.js";
import { onSession } from "../shell/session.js";
import "../sign_in/form.js";

const HISTORY = "faceforge.history";
const DRAFT = "faceforge.draft";
const KEPT = 30; // queries in the history, and events of a subscription on the page
const WELCOME = `# The newest of what is here.
# "Use" in the schema writes more.
query Welcome {
  systemInfo { version }
  entities(first: 5) {
    totalCount
    nodes { id displayName tags }
  }
  assets(first: 5) {
    totalCount
    nodes { id filename kind }
  }
}
`;

const [query, variables] = ["query", "variables"].map((id) => document.getElementById(id));
const [run, stop, choice, history] = ["run", "stop", "operation", "history"].map((id) => document.getElementById(id));
const [result, blank, outcome, faults] = ["result", "blank", "outcome", "faults"].map((id) => document.getElementById(id));
const editor = edit(query, "graphql");
const values = edit(variables, "json");
let running = null;

async function start() {
  running?.abort();
  const own = running = new AbortController();
  const began = performance.now();
  const took = () => `${Math.round(performance.now() - began)} ms`;
  show("");
  fail([]);
  try {
    const request = composed();
    remember();
    busy(true);
    outcome.textContent = "Running…";
    if (chosen()?.kind === "subscription") await follow(request, own.signal);
    else {
      const { status, body } = await ask(request, own.signal);
      show(JSON.stringify(body, null, 2));
      fail(body.errors ?? []);
      outcome.textContent = `${status} in ${took()}`;
    }
  } catch (failure) {
    if (failure.name !== "AbortError") fail([{ message: failure.message }]);
    outcome.textContent = failure.name === "AbortError" ? "Stopped" : "";
  } finally {
    if (running === own) busy(false);
  }
}

function composed() {
  const request = { query: editor.text };
  if (chosen()?.name) request.operationName = chosen().name;
  if (values.text.trim()) {
    try {
      request.variables = JSON.parse(values.text);
    } catch (error) {
      throw new Error(`The variables are not JSON: ${error.message}`);
    }
  }
  return request;
}

async function follow(request, signal) {
  const seen = [];
  let count = 0;
  outcome.textContent = "Listening…";
  await listen(request, signal, (payload) => {
    count += 1;
    seen.unshift(JSON.stringify(payload, null, 2));
    seen.length = Math.min(seen.length, KEPT);
    show(seen.join("\n\n"));
    fail(payload.errors ?? []);
    outcome.textContent = `Listening… ${count} received, newest first`;
  });
  outcome.textContent = `${signal.aborted ? "Stopped" : "Complete"}, ${count} received`;
}

function show(text) {
  blank.hidden = Boolean(text);
  result.hidden = !text;
  paint(result, text, "json");
}

function fail(errors) {
  faults.hidden = !errors.length;
  faults.replaceChildren(...errors.map(({ message, path, locations, extensions }) => {
    const where = [path?.join("."), locations?.map(({ line, column }) => `line ${line}, column ${column}`)[0]];
    return element("li", {},
      prose(message),
      element("p", { className: "muted" }, [extensions?.code, ...where].filter(Boolean).join(" · ")),
      extensions?.hint ? prose(extensions.hint) : "");
  }));
}

function busy(yes) {
  stop.hidden = !yes;
  if (!yes) running = null;
}

const chosen = () => operations(editor.text)[Math.max(0, choice.selectedIndex)];

function listOperations() {
  const found = operations(editor.text);
  const at = choice.selectedIndex;
  choice.replaceChildren(...found.map(({ kind, name }) => element("option", {}, `${kind} ${name || "(no name)"}`)));
  choice.hidden = found.length < 2;
  choice.selectedIndex = Math.min(Math.max(0, at), found.length - 1);
  sessionStorage.setItem(DRAFT, JSON.stringify([editor.text, values.text]));
}

function chooseAtCaret() {
  const at = operations(editor.text).findIndex(({ start: from, end }) => from <= query.selectionStart && query.selectionStart <= end);
  if (at >= 0) choice.selectedIndex = at;
}

const kept = (key, otherwise) => JSON.parse(sessionStorage.getItem(key)) ?? otherwise;

function remember() {
  const entry = [editor.text, values.text];
  const others = kept(HISTORY, []).filter((old) => String(old) !== String(entry));
  sessionStorage.setItem(HISTORY, JSON.stringify([entry, ...others].slice(0, KEPT)));
  listHistory();
}

function listHistory() {
  const entries = kept(HISTORY, []).map(([text], at) => {
    const [first] = operations(text);
    return element("option", { value: at }, first?.name || text.replace(/\s+/g, " ").slice(0, 40));
  });
  history.replaceChildren(element("option", { value: "" }, "History"), ...entries);
  history.disabled = !entries.length;
}

function fill([text, inputs]) {
  editor.text = text;
  values.text = inputs;
}

history.addEventListener("change", () => {
  if (history.value !== "") fill(kept(HISTORY, [])[Number(history.value)]);
  history.value = "";
});
run.addEventListener("click", start);
stop.addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (document.documentElement.dataset.session === "in") start();
});
query.addEventListener("input", listOperations);
variables.addEventListener("input", listOperations);
["keyup", "click"].forEach((name) => query.addEventListener(name, chooseAtCaret));

onSession(async (signedIn) => {
  running?.abort();
  show("");
  fail([]);
  outcome.textContent = "";
  forget();
  fill(kept(DRAFT, [WELCOME, ""]));
  listHistory();
  if (!signedIn) return;
  try {
    await browse((made) => { fill([made.query, made.variables]); query.focus(); });
  } catch (failure) {
    document.getElementById("schema").replaceChildren(prose(failure.message, "note bad"));
  }
});
