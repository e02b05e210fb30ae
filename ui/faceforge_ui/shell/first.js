// What must be settled before the first paint: light or dark, density, Start here, signed in or not. A classic script, for that reason.
"use strict";
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const apply = () => {
    const chosen = localStorage.getItem("faceforge.theme");
    const dark = chosen ? chosen === "dark" : system.matches;
    root.dataset.theme = dark ? "dark" : "light";
    root.dataset.density = localStorage.getItem("faceforge.density") ?? "comfortable";
    root.dataset.start = localStorage.getItem("faceforge.start") ?? "on";
    root.classList.toggle("dark-mode", dark); // Swagger UI's own name for it
    document.getElementById("theme")?.setAttribute("aria-pressed", String(dark));
    document.dispatchEvent(new Event("ff:theme"));
  };

  root.dataset.session = localStorage.getItem("faceforge.csrf") ? "in" : "out";
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("ff:looks", apply);
  document.addEventListener("DOMContentLoaded", apply);
  addEventListener("storage", ({ key }) => { if (key === null || key.startsWith("faceforge.")) apply(); }); // another tab

  // A way to a page that is left, or shown, before the way is drawn is no fault: the browser would call it an error.
  addEventListener("unhandledrejection", (event) => {
    if (event.reason instanceof DOMException && /transition/i.test(event.reason.message)) event.preventDefault();
  });
}
