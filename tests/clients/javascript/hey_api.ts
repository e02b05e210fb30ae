// Make an entity, give it a file and find it again, with what @hey-api/openapi-ts makes from /openapi.json.

import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { createEntity, entities, getAssetBytes, uploadAssetBytes } from "./hey_api/index.ts";
import { client } from "./hey_api/client.gen.ts";

const path = process.argv[2]!;
client.setConfig({ baseUrl: process.env.FACEFORGE_URL!, auth: process.env.FACEFORGE_TOKEN! });

const made = await createEntity({ body: { display_name: "Ada of hey-api" }, throwOnError: true });

const file = await openAsBlob(path);
const taken = await uploadAssetBytes({
  body: file,
  query: { filename: basename(path), entity_id: [made.data.entity_id] },
  throwOnError: true,
});

const found = await entities({ query: { q: "Ada of hey-api" }, throwOnError: true });
const back = await getAssetBytes({ path: { asset_id: taken.data.asset_id }, throwOnError: true });
const bytes = Buffer.from(await (back.data as Blob).arrayBuffer());
const refused = await entities({ auth: "wrong" });

console.log(
  JSON.stringify({
    entity: made.data.entity_id,
    asset: taken.data.asset_id,
    found: found.data.items.map((each) => each.display_name),
    "same bytes": bytes.equals(Buffer.from(await file.arrayBuffer())),
    refused: refused.error?.title,
  }),
);
