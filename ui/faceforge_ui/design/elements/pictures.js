// Pictures of a long list. Those of cells that came by `fetch` wait until the list moves slowly enough for them to be seen;
// one that is still being made is asked for again.

const TRIES = [2000, 5000, 15000]; // milliseconds until it is asked for again

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

/** A picture did not arrive: leave its ground alone, and ask again some times. */
export function again(image) {
  if (!(image instanceof HTMLImageElement) || !image.isConnected) return;
  const tried = Number(image.dataset.tried ?? 0);
  image.classList.add("absent");
  if (tried >= TRIES.length) return;
  image.dataset.tried = tried + 1;
  image.addEventListener("load", () => image.classList.remove("absent"), { once: true });
  setTimeout(() => {
    const { srcset } = image;
    image.removeAttribute("srcset");
    image.srcset = srcset;
    image.src = image.getAttribute("src");
  }, TRIES[tried]);
}
