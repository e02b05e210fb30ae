// Justified rows: where each row of pictures begins, how high it is, and which picture lies next to which.

/**
 * Break a list of pictures into rows that fill the width. A row ends where its exact height comes nearest to the wished
 * one, or, unless `nearest`, where a picture does not fit any more, as style sheets break it; the last row, which is not
 * filled, keeps the wished height.
 * `ratios` are width over height; all lengths are in pixels. A row is `{ from, to, top, height }`, `to` excluded.
 */
export function justify(ratios, width, wished, gap, nearest = true) {
  const rows = [];
  let from = 0;
  let sum = 0;
  let top = 0;
  const close = (to, height) => {
    rows.push({ from, to, top, height });
    top += height + gap;
    from = to;
    sum = 0;
  };
  ratios.forEach((ratio, at) => {
    const before = at > from ? (width - gap * (at - from - 1)) / sum : Infinity;
    const after = (width - gap * (at - from)) / (sum + ratio);
    const nearerWithout = after < wished && (!nearest || wished - after > before - wished);
    if (nearerWithout) close(at, before);
    sum += ratio;
    if (!nearerWithout && after <= wished && at > from) close(at + 1, after);
  });
  if (from < ratios.length) close(ratios.length, Math.min(wished, width / sum));
  return rows;
}

/**
 * Let `rows` be exactly `height` high together, so that what lies beneath never moves: the pictures give way at their
 * edges (`object-fit: cover`).
 */
export function fit(rows, height, gap) {
  const now = rows.reduce((sum, row) => sum + row.height, 0);
  const scale = (height - gap * (rows.length - 1)) / now;
  let top = 0;
  return rows.map((row) => {
    const placed = { ...row, top, height: row.height * scale, natural: row.height };
    top += placed.height + gap;
    return placed;
  });
}

/** The number of the tile in the row above (-1) or below (1) whose middle is nearest to that of tile `at`. */
export function beside(places, rows, at, step) {
  const here = rows.findIndex((row) => at >= row.from && at < row.to);
  const row = rows[here + step];
  if (!row) return at;
  const middle = (place) => place.left + place.width / 2;
  let best = row.from;
  for (let each = row.from; each < row.to; each += 1) {
    const distance = (tile) => Math.abs(middle(places[tile]) - middle(places[at]));
    if (distance(each) < distance(best)) best = each;
  }
  return best;
}
