// The head of an entity page: the way back to the list one came from, which of how many it is there, and who comes before and
// after (K, J); keys for the tabs (1 to 6).
import { element } from "../design/element.js";
import { icon } from "../shell/icon.js";
import { keys } from "../shell/keys.js";
import { call } from "../shell/session.js";
import { go } from "../shell/swap.js";
import { cameFrom } from "./came_from.js";

const SCOPE = "On an entity";
const TABS = 6;

export class EntityHead extends HTMLElement {
  connectedCallback() {
    const query = cameFrom();
    if (query) this.querySelector(".crumbs a[href='/entities']")?.setAttribute("href", `/entities${query}`);
    this.off = [
      keys.on({ scope: SCOPE, key: "j", label: "Next in the list", act: () => this.step("next") }),
      keys.on({ scope: SCOPE, key: "k", label: "Previous in the list", act: () => this.step("previous") }),
      ...Array.from({ length: TABS }, (_, place) => this.tabKey(place)),
    ];
    this.look(query);
  }

  disconnectedCallback() {
    for (const off of this.off) off();
  }

  tabKey(place) {
    const tab = () => document.querySelectorAll("#entity-tabs a")[place];
    const act = () => (tab() ? go(tab().href) : false);
    return keys.on({ scope: SCOPE, key: String(place + 1), label: tab()?.textContent ?? "", hidden: !tab(), act });
  }

  async look(query) {
    const beside = await this.ask("neighbours", query);
    if (!beside) return;
    this.links = { previous: this.link(beside.previous, "Previous", "K"), next: this.link(beside.next, "Next", "J") };
    const place = element("span", { className: "muted small num" });
    this.querySelector("[data-neighbours]").replaceChildren(place, this.links.previous, this.links.next);
    const { number, total } = (await this.ask("place", query)) ?? {};
    if (!total) return;
    const all = total.toLocaleString("en");
    place.append(number ? `${number.toLocaleString("en")} of ${all}` : `One of ${all}`, element("span", { className: "unseen" }, " in Entities"));
  }

  async ask(what, query) {
    const found = await call(`/entities/${this.dataset.entity}/${what}${query}`).catch(() => null);
    const answer = await found?.json();
    return this.isConnected ? answer : null;
  }

  /** The same tab of a neighbour; where there is none, a button that says so. */
  link(entity, word, key) {
    const sign = icon(word === "Next" ? "right" : "left");
    if (!entity)
      return element("button", { className: "btn quiet icon-only", disabled: true, "aria-label": `${word}: none` }, sign);
    const label = `${word}: ${entity.name} (${key})`;
    const href = location.pathname.replace(/^\/entities\/[^/]+/, `/entities/${entity.id}`);
    return element("a", { className: "btn quiet icon-only", href, title: label, "aria-label": label }, sign);
  }

  step(side) {
    const link = this.links?.[side];
    if (!link?.href) return false;
    go(link.href);
    return true;
  }
}

if (!window.customElements.get("ff-entity-head")) window.customElements.define("ff-entity-head", EntityHead);
