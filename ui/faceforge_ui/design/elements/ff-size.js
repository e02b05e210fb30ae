// How large the pictures of a gallery are: a slider whose value is kept in this browser for each gallery.

const NAME = "faceforge.size.";

/** `data-for` is the id of the gallery; its style gets `--cell`, in rem. */
class Size extends HTMLElement {
  connectedCallback() {
    this.slider = this.querySelector("input");
    this.slider.value = localStorage.getItem(NAME + this.dataset.for) ?? this.slider.value;
    this.slider.addEventListener("input", () => this.changed());
    document.addEventListener("ff:chosen", this);
    this.apply();
  }

  disconnectedCallback() {
    document.removeEventListener("ff:chosen", this);
  }

  /** A gallery that has come anew. */
  handleEvent({ target }) {
    if (target.id === this.dataset.for && !target.style.getPropertyValue("--cell")) this.apply();
  }

  changed() {
    localStorage.setItem(NAME + this.dataset.for, this.slider.value);
    this.apply();
  }

  apply() {
    const gallery = document.getElementById(this.dataset.for), wished = localStorage.getItem(NAME + this.dataset.for);
    if (!gallery || !wished) return;
    gallery.style.setProperty("--cell", `${wished}rem`);
    gallery.arrange?.();
  }
}

customElements.define("ff-size", Size);
