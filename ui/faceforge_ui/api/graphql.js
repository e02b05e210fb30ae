// Talking GraphQL to Core: over HTTP for queries and mutations, over a WebSocket (graphql-transport-ws) to subscribe.
import { call, Failure, forget, proof } from "../shell/session.js";

const WORDS = /#[^\n]*|"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|[@$]\w+|[{}()]|[A-Za-z_]\w*/g;
const KINDS = ["query", "mutation", "subscription", "fragment"];

/** The operations of a document: [{kind, name, start, end}]. Reads brackets and words only, so half a query will do. */
export function operations(text) {
  const found = [];
  let depth = 0;
  let open = null;
  const begin = (kind, start) => { open = { kind, name: "", start, end: text.length }; found.push(open); };
  for (const { 0: word, index } of text.matchAll(WORDS)) {
    if (depth === 0 && !open && KINDS.includes(word)) begin(word, index);
    else if (depth === 0 && open && !open.name && /^[A-Za-z_]/.test(word)) open.name = word;
    else if (word === "{" || word === "(") {
      if (!open) begin("query", index);
      depth += 1;
    } else if (word === "}" || word === ")") {
      depth = Math.max(0, depth - 1);
      if (word === "}" && depth === 0 && open) { open.end = index + 1; open = null; }
    }
  }
  return found.filter((operation) => operation.kind !== "fragment");
}

/** Run a query or mutation. Answers {status, body}; a refused document is an answer too, with `errors` in its body. */
export async function ask(request, signal) {
  const response = await call("/graphql", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json, application/json;q=0.9",
    },
    body: JSON.stringify(request),
    signal,
    accept: (answer) => (answer.headers.get("Content-Type") ?? "").includes("graphql-response+json"),
  });
  return { status: response.status, body: await response.json() };
}

/** Subscribe. `onNext(result)` for each event; the promise ends when Core completes, fails or `signal` aborts. */
export function listen(request, signal, onNext) {
  const address = new URL("/graphql", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, "graphql-transport-ws");
    const send = (message) => socket.send(JSON.stringify(message));
    const finish = (settle, value) => { settle(value); socket.close(1000); };
    const answers = {
      connection_ack: () => send({ id: "1", type: "subscribe", payload: request }),
      ping: () => send({ type: "pong" }),
      next: ({ payload }) => onNext(payload),
      error: ({ payload }) => { onNext({ errors: payload }); finish(resolve); },
      complete: () => finish(resolve),
    };
    socket.onopen = () => send({ type: "connection_init", payload: proof() });
    socket.onmessage = ({ data }) => { const message = JSON.parse(data); answers[message.type]?.(message); };
    socket.onclose = ({ code, reason }) => {
      if (code === 4401 || code === 4403) forget("Your session has ended. Sign in again.");
      reject(new Failure(`The connection was closed (${code}${reason && `: ${reason}`}).`, "Run it again to reconnect."));
    };
    signal.addEventListener("abort", () => {
      if (socket.readyState === WebSocket.OPEN) send({ id: "1", type: "complete" });
      finish(resolve);
    });
  });
}
