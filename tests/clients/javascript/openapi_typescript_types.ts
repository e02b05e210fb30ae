// Writes the types of /openapi.json with openapi-typescript: `node openapi_typescript_types.ts ADDRESS/openapi.json`.

import { writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

// By itself openapi-typescript takes the bytes of a file for a string.
const BLOB = ts.factory.createTypeReferenceNode("Blob");
const nodes = await openapiTS(new URL(process.argv[2]!), {
  transform: (schema) => (schema.format === "binary" ? BLOB : undefined),
});
writeFileSync("openapi.ts", astToString(nodes));
