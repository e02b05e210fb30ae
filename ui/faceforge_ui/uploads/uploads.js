// Files come at any time: by a drop anywhere, or chosen. The panel that sends and shows them comes with the first of them,
// or when another tab tells of its own.

import { choose, listen } from "./drop.js";
import { keys } from "../shell/keys.js";
import { later } from "../shell/later.js";

const panel = () => later(() => import("./ff-uploads.js"));
const take = {
  dropped: async (entries, target) => (await panel())?.dropped(entries, target),
  chosen: async (list, target) => (await panel())?.chosen(list, target),
};

listen(take);
keys.on({ scope: "Anywhere", key: "u", label: "upload", icon: "upload", action: "Upload files…", act: () => choose("files", take.chosen) });

if (localStorage.getItem("faceforge.unfinished")) panel(); // see unfinished.js

const others = new BroadcastChannel("faceforge.uploads"); // see other_tabs.js
others.onmessage = ({ data: { state } }) => {
  if (!state?.total) return;
  others.close();
  panel();
};
others.postMessage({}); // asks them
