// Pictures of cells that came by `fetch` wait until the list moves slowly enough for them to be seen.

/** Keep the addresses of the pictures in a cell for later. The cell is still in a page that loads nothing. */
export function hold(cell) {
  for (const image of cell.querySelectorAll("img[src]")) {
    if (image.hasAttribute("srcset")) image.dataset.srcset = image.getAttribute("srcset");
    image.dataset.src = image.getAttribute("src");
    image.removeAttribute("srcset");
    image.removeAttribute("src");
  }
}

/** Ask for what was kept. */
export function load(cell) {
  for (const image of cell.querySelectorAll("img[data-src]")) {
    if (image.dataset.srcset) image.srcset = image.dataset.srcset;
    image.src = image.dataset.src;
    delete image.dataset.src;
    delete image.dataset.srcset;
  }
}
