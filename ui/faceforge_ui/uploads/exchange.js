// One request with its progress, which fetch does not tell of what it sends.

import { proof } from "../shell/session.js";
import { Unsent } from "./unsent.js";

/** Sends requests one after another, until `stop()`: then the one under way ends as `stopped`, and so does each later one. */
export class Exchange {
  #request = null;
  #stopped = false;

  /** `{ status, text, header(name) }`; null when no answer came. `progress(bytes)` hears what of the body is sent. */
  ask(method, path, { headers = {}, body = null, progress = () => {} } = {}) {
    if (this.#stopped) return Promise.reject(stopped());
    return new Promise((good, bad) => {
      const request = (this.#request = new XMLHttpRequest());
      request.open(method, path);
      for (const [name, value] of Object.entries({ ...proof(), ...headers })) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => progress(event.loaded);
      request.onload = () => good({
        status: request.status, text: request.responseText, header: (name) => request.getResponseHeader(name),
      });
      request.onerror = () => good(null);
      request.onabort = () => bad(stopped());
      request.send(body);
    });
  }

  stop() {
    this.#stopped = true;
    this.#request?.abort();
  }
}

const stopped = () => new Unsent("stopped", "Stopped.");
