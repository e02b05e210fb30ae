// What @hey-api/openapi-ts makes, for Node: `openapi-ts --input ADDRESS/openapi.json` in this folder.

import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "openapi.json",
  output: { path: "hey_api", module: { extension: ".ts" } },
  plugins: ["@hey-api/client-fetch", "@hey-api/sdk", "@hey-api/typescript"],
});
