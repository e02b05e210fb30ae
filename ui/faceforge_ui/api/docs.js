// The API with forms: Swagger UI, fed with the public description. The session joins a request on its way out.
import { describe } from "./description.js";
import { isSignedIn, onSession, proof } from "../shell/session.js";
import { ownParts } from "./swagger.js";

function draw(spec) {
  SwaggerUIBundle({
    spec,
    dom_id: "#viewer",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null, // it would be asked over the Internet
    plugins: [ownParts],
    syntaxHighlight: { theme: "obsidian" }, // of those it has, the one whose every colour reaches 4.5:1
    requestInterceptor,
  });
}

// Swagger UI shows the request that this leaves. The session is added later, so it stands in no text and no state of it.
function requestInterceptor(request) {
  request.curlOptions = ['-H "Authorization: Bearer $TOKEN"'];
  if (request.method === "HEAD") request.curlOptions.push("--head");
  else if (new URL(request.url, location.href).pathname.endsWith("/download")) request.curlOptions.push("--fail -OJ");
  request.userFetch = send;
  return request;
}

function send(address, request) {
  const own = new URL(address, location.href).origin === location.origin;
  const headers = own ? { ...request.headers, ...proof() } : request.headers;
  return fetch(address, { ...request, headers, credentials: own ? "same-origin" : "omit" });
}

// All refusals have one body. It is shown where it says most: a dozen copies make each call long, and slow to open.
function withOneRefusal(spec) {
  for (const { responses = {} } of Object.values(spec.paths).flatMap(Object.values)) {
    const refusals = Object.keys(responses).filter((status) => /^[45]/.test(status) && status !== "422");
    for (const status of refusals) delete responses[status].content;
  }
  return spec;
}

describe((described) => {
  const spec = withOneRefusal(described);
  draw(spec);
  // What stands in the forms and answers belongs to the person who signs out.
  let signedIn = isSignedIn();
  onSession((now) => {
    if (signedIn && !now) draw(spec);
    signedIn = now;
  });
});
