// The description of the API, which anybody may read.
import { call } from "../shell/session.js";
import { notice } from "../sign_in/form.js";

/** Show the description with `draw(description)`, or say on the page why it cannot be had. */
export async function describe(draw) {
  try {
    draw(await (await call("/openapi.json")).json());
  } catch (failure) {
    document.getElementById("viewer").replaceChildren();
    notice(document.getElementById("notice"), failure.message);
  }
}
