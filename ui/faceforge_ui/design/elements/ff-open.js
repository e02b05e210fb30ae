// Opens a dialog as soon as it is in the page: `<ff-open data-dialog="create">`, for an address that means a dialog.

class Open extends HTMLElement {
  connectedCallback() {
    const dialog = document.getElementById(this.dataset.dialog);
    if (dialog && !dialog.open) dialog.showModal();
  }
}

customElements.define("ff-open", Open);
