// What graphql-codegen makes: `graphql-codegen` in this folder.

import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  importExtension: ".ts",
  schema: "schema.graphql",
  documents: "operations.graphql",
  generates: {
    "graphql_codegen/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: { documentMode: "string", enumsAsTypes: true, useTypeImports: true, scalars: { BigInt: "number" } },
    },
  },
};

export default config;
