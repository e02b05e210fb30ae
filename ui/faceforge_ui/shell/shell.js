// What stands around every page: navigation, theme, connection, keys, toasts, and swapping of parts.
import "../design/floating.js";
import { flip } from "./looks.js";
import { keys } from "./keys.js";
import { later } from "./later.js";
import { liveState } from "./live.js";
import { onSession, signOut } from "./session.js";
import { go } from "./swap.js";
import "./counts.js";
import "./fresh.js";
import "./search.js";
import "./sending.js";
import "./toasts.js";

const STATES = { asking: "Connecting…", on: "Connected", off: "Not connected" };
const GONE = "FaceForge is not answering. What you see may be old; what you typed is kept.";
const bar = document.getElementById("connection");

function showState() {
  const now = liveState();
  document.getElementById("live-dot").dataset.liveState = now;
  document.getElementById("live-state").textContent = STATES[now];
  say(now === "off" ? GONE : "");
}

function say(text, ...more) {
  if (bar.textContent === text && !more.length) return;
  bar.replaceChildren(text, ...more);
  bar.hidden = !text;
}

/** A session that has ended is said; what was typed stays until the person signs in again. */
function showSession(signedIn, reason) {
  if (signedIn || document.getElementById("sign-in")) return;
  if (!reason) return void location.reload(); // signed out here or in another tab: this address asks to sign in
  const link = Object.assign(document.createElement("a"), { href: "/sign-in", target: "_blank", textContent: "Sign in again" });
  say(`${reason} What you typed is kept. `, link);
}

let wasSignedIn = document.documentElement.dataset.session === "in";
onSession((signedIn, reason) => {
  if (wasSignedIn && !signedIn) showSession(signedIn, reason);
  else if (signedIn) showState();
  wasSignedIn = signedIn;
});
// By script, since a viewer of the API takes every change of the fragment for its own.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
document.addEventListener("ff:live", showState);
document.getElementById("theme").addEventListener("click", flip);
document.addEventListener("click", ({ target }) => { if (target.closest?.("#sign-out, [data-sign-out]")) signOut(); });
showState();

keys.on({ scope: "Anywhere", key: "t", label: "light or dark", icon: "moon", action: "Switch to light or dark", act: flip });
const showKeys = () => { later(() => import("./key_list.js")).then((list) => list?.showKeys()); };
keys.on({ scope: "Anywhere", key: "?", label: "this list", icon: "keyboard", action: "Show the keys that work here", act: showKeys });
const { create } = document.body.dataset;
if (create) keys.on({ scope: "Anywhere", key: "c", label: "create an entity", icon: "plus", action: "Create an entity", act: () => go(create) });
for (const link of document.querySelectorAll(".nav a[data-key]")) {
  const label = link.title.toLowerCase();
  keys.on({ scope: "Anywhere", key: `g ${link.dataset.key}`, label, act: () => go(link.href) });
}
