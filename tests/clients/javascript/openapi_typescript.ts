// Make an entity, give it a file and find it again, with openapi-fetch and the types that openapi-typescript makes.

import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import createClient from "openapi-fetch";
import type { paths } from "./openapi.ts";

const path = process.argv[2]!;
const baseUrl = process.env.FACEFORGE_URL!;
const core = createClient<paths>({
  baseUrl,
  headers: { Authorization: `Bearer ${process.env.FACEFORGE_TOKEN}` },
});

const made = await core.POST("/v1/entities", { body: { display_name: "Ada of openapi-typescript" } });
if (!made.data) throw new Error(made.error.title);

const file = await openAsBlob(path);
const taken = await core.PUT("/v1/assets/upload", {
  params: { query: { filename: basename(path), entity_id: [made.data.entity_id] } },
  body: file,
  bodySerializer: (body) => body,
  headers: { "Content-Type": "application/octet-stream" },
});
if (!taken.data) throw new Error(taken.error.title);

const found = await core.GET("/v1/entities", { params: { query: { q: "Ada of openapi-typescript" } } });
const back = await core.GET("/v1/assets/{asset_id}/download", {
  params: { path: { asset_id: taken.data.asset_id } },
  parseAs: "arrayBuffer",
});
const refused = await createClient<paths>({ baseUrl }).GET("/v1/entities");

console.log(
  JSON.stringify({
    entity: made.data.entity_id,
    asset: taken.data.asset_id,
    found: found.data?.items.map((each) => each.display_name),
    "same bytes": Buffer.from(back.data!).equals(Buffer.from(await file.arrayBuffer())),
    refused: refused.error?.title,
  }),
);
