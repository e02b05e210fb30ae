// The API with forms: Swagger UI, fed with the description that only a signed-in person may read.
import { call, notice, onSession, token } from "./session.js";

const place = document.getElementById("notice");

async function show(signedIn) {
  notice(place);
  if (!signedIn) return document.getElementById("viewer").replaceChildren();
  try {
    const spec = await (await call("/openapi.json")).json();
    SwaggerUIBundle({
      spec,
      dom_id: "#viewer",
      deepLinking: true,
      docExpansion: "list",
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      validatorUrl: null, // it would be asked over the Internet
      requestInterceptor: withToken,
    });
  } catch (failure) {
    notice(place, failure.message);
  }
}

function withToken(request) {
  if (new URL(request.url, location.href).origin === location.origin) {
    request.headers.Authorization = `Bearer ${token()}`;
  }
  return request;
}

onSession(show);
