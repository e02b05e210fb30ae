// Make an entity and hear of it, all over one WebSocket, with graphql-ws.

import { createClient } from "graphql-ws";

const url = `${process.env.FACEFORGE_URL!.replace("http", "ws")}/graphql`;
const core = createClient({
  url,
  connectionParams: { Authorization: `Bearer ${process.env.FACEFORGE_TOKEN}` },
  retryAttempts: 0,
});

/** The data of the first answer. */
async function first<Data>(query: string, variables: Record<string, unknown> = {}, client = core): Promise<Data> {
  for await (const answer of client.iterate<Data>({ query, variables })) {
    if (!answer.data) throw new Error(answer.errors?.[0]?.message);
    return answer.data;
  }
  throw new Error("It ended without an answer.");
}

type Changesets = { changesets: { nodes: { id: number }[] } };
const before = await first<Changesets>("{ changesets(first: 1) { nodes { id } } }");
const made = await first<{ createEntity: { id: string } }>(
  "mutation ($input: EntityCreate!) { createEntity(input: $input) { id } }",
  { input: { displayName: "Ada of graphql-ws" } },
);
const found = await first<{ entities: { nodes: { displayName: string }[] } }>(
  '{ entities(q: "Ada of graphql-ws") { nodes { displayName } } }',
);
const heard = await first<{ changesets: { operation: string } }>(
  "subscription ($after: BigInt) { changesets(after: $after) { operation } }",
  { after: before.changesets.nodes[0]?.id ?? 0 },
);
await core.dispose();

const stranger = createClient({ url, connectionParams: { Authorization: "Bearer wrong" }, retryAttempts: 0 });
const refused = await first("{ systemInfo { version } }", {}, stranger).catch((closed: CloseEvent) => closed);

console.log(
  JSON.stringify({
    entity: made.createEntity.id,
    found: found.entities.nodes.map((each) => each.displayName),
    heard: heard.changesets.operation,
    refused: (refused as CloseEvent).reason,
  }),
);
