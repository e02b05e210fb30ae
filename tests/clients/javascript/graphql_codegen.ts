// Make an entity and find it, with what graphql-codegen makes from /schema.graphql and operations.graphql, and fetch.

import { CreateEntityDocument, FindEntitiesDocument, type TypedDocumentString } from "./graphql_codegen/graphql.ts";

type Answer<Data> = { data?: Data; errors?: { message: string }[] };

async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  token = process.env.FACEFORGE_TOKEN,
): Promise<Answer<Data>> {
  const response = await fetch(`${process.env.FACEFORGE_URL}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: document, variables }),
  });
  return response.json() as Promise<Answer<Data>>;
}

const made = await ask(CreateEntityDocument, { input: { displayName: "Ada of graphql-codegen" } });
const found = await ask(FindEntitiesDocument, { q: "Ada of graphql-codegen" });
const refused = await ask(FindEntitiesDocument, { q: "" }, "wrong");

console.log(
  JSON.stringify({
    entity: made.data?.createEntity.id,
    found: found.data?.entities.nodes.map((each) => each.displayName),
    refused: refused.errors?.[0]?.message,
  }),
);
