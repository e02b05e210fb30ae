// After a form that was not taken.

const HEAD = 64; // px that the head of a page covers

/** What is wrong is brought into view where it is not: the button may be far below the field. What was written there is not
 * replaced by what others change meanwhile. */
export function show(made) {
  const find = (selector) => made.map((one) => one.querySelector(selector)).find(Boolean);
  const field = find("[aria-invalid=true]");
  const place = field ?? find("[role=alert], .err");
  if (!place) return;
  place.closest("form")?.setAttribute("data-unsaved", "");
  const { top, bottom } = place.getBoundingClientRect();
  if (top >= HEAD && bottom <= innerHeight) return;
  field?.focus({ preventScroll: true });
  place.scrollIntoView({ block: "center", behavior: "instant" });
}
