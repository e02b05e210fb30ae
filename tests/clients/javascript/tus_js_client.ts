// Send a file in pieces with tus-js-client, stop in the middle, and go on with another upload object.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Upload, type UploadOptions } from "tus-js-client";

const path = process.argv[2]!;
const file = readFileSync(path);
const endpoint = `${process.env.FACEFORGE_URL}/v1/uploads`;
const options: UploadOptions = {
  endpoint,
  headers: { Authorization: `Bearer ${process.env.FACEFORGE_TOKEN}` },
  metadata: { filename: basename(path), filetype: "image/png", kind: "image.original" },
  chunkSize: 64 * 1024,
  retryDelays: [0, 100, 1000],
};

const place = await new Promise<string>((resolve, reject) => {
  const begun = new Upload(file, {
    ...options,
    onError: reject,
    onChunkComplete: () => { begun.abort().then(() => resolve(begun.url!), reject); },
  });
  begun.start();
});
const offsets: string[] = [];
let asset: string | undefined;
await new Promise<void>((resolve, reject) => {
  const rest = new Upload(file, {
    ...options,
    uploadUrl: place,
    onBeforeRequest: (request) => { offsets.push(request.getHeader("Upload-Offset") ?? request.getMethod()); },
    onAfterResponse: (_request, response) => { asset = response.getHeader("X-FaceForge-Asset-Id") ?? asset; },
    onError: reject,
    onSuccess: () => resolve(),
  });
  rest.start();
});
console.log(JSON.stringify({ asset, "asked first": offsets[0], "went on at": Number(offsets[1]) }));
