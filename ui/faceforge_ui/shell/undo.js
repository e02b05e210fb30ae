// Takes an action back. Its answer is that of the page where the action is, so what is shown here is read anew.
import { Failure, failureOf } from "./session.js";
import { ask, refresh, told } from "./swap.js";
import { showSaid, toast } from "./toasts.js";

/** POST to the address that undoes it. */
export async function undo(address) {
  try {
    const { response, page } = await ask(address, new URLSearchParams());
    if (!page && !response.ok) throw await failureOf(response);
    showSaid(page);
    if (response.ok) await refresh("#main");
    else toast(told(page), { kind: "bad" });
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    toast(failure.message, { kind: "bad" });
  }
}
