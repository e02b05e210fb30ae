// The form of a relationship: both ways to say it, in words that follow what is chosen and written.

class Relating extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this);
    this.addEventListener("change", this);
    this.handleEvent();
  }

  handleEvent() {
    const kind = this.querySelector("[name=relationship_type]").value.trim() || "…";
    const other = this.querySelector("ff-entity-picker")?.records?.[0]?.name;
    for (const place of this.querySelectorAll("[data-kind]")) place.textContent = kind;
    for (const place of this.querySelectorAll("[data-other]")) place.textContent = other ?? place.dataset.other;
    for (const place of this.querySelectorAll("[data-are]")) place.textContent = other ? "is" : "are";
  }
}

if (!window.customElements.get("ff-relating")) window.customElements.define("ff-relating", Relating);
