// Which list of entities this tab looked at last: what its address says is kept for as long as the tab is open. The pages of
// lists and of entities both load this; a page tells no other where it comes from (Referrer-Policy).
const KEPT = "faceforge.list";
const LIST = "/entities";

/** The query of that list; empty for the list as it is at first. */
export const cameFrom = () => sessionStorage.getItem(KEPT) ?? "";

function keep() {
  if (location.pathname === LIST) sessionStorage.setItem(KEPT, location.search);
}

addEventListener("pagehide", keep);
document.addEventListener("click", keep, true); // also where the main part alone is replaced
document.addEventListener("keydown", keep, true);
