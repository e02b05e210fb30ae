// Make an entity, find it and hear of it, with urql.

import { Client, type OperationResult, cacheExchange, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";

const url = `${process.env.FACEFORGE_URL}/graphql`;

function signedIn(token: string, preferGetMethod = false) {
  const authorization = { Authorization: `Bearer ${token}` };
  const socket = createClient({ url: url.replace("http", "ws"), connectionParams: authorization });
  const core = new Client({
    url,
    fetchOptions: { headers: authorization },
    preferGetMethod, // urql asks by GET unless it is told otherwise; Core answers queries by POST only
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? "", variables }, sink) }),
        }),
      }),
    ],
  });
  return { core, socket };
}

const { core, socket } = signedIn(process.env.FACEFORGE_TOKEN!);
const before = await core.query(gql`{ changesets(first: 1) { nodes { id } } }`, {});
const made = await core.mutation(
  gql`mutation ($input: EntityCreate!) { createEntity(input: $input) { id } }`,
  { input: { displayName: "Ada of urql" } },
);
const found = await core.query(gql`{ entities(q: "Ada of urql") { nodes { displayName } } }`, {});
const follow = core.subscription(
  gql`subscription ($after: BigInt) { changesets(after: $after) { operation } }`,
  { after: before.data.changesets.nodes[0]?.id ?? 0 },
);
const heard = await new Promise<OperationResult>((resolve) => follow.subscribe(resolve));
await socket.dispose();

const refused = await signedIn("wrong").core.query(gql`{ systemInfo { version } }`, {});
const byGet = await signedIn(process.env.FACEFORGE_TOKEN!, true).core.query(gql`{ systemInfo { version } }`, {});

console.log(
  JSON.stringify({
    entity: made.data.createEntity.id,
    found: found.data.entities.nodes.map((each: { displayName: string }) => each.displayName),
    heard: heard.data.changesets.operation,
    refused: refused.error?.message,
    "by GET": byGet.error?.message,
  }),
);
