// <ff-start>: the small form of Start here. It can be put away; that holds in this browser, and can be undone.
import { choose } from "../shell/looks.js";
import { toast } from "../shell/toasts.js";

class Start extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => {
      choose("start", "off");
      document.getElementById("main").focus({ preventScroll: true });
      toast("Start here is put away", { undo: () => choose("start", "on") });
    });
  }
}

if (!customElements.get("ff-start")) customElements.define("ff-start", Start);
