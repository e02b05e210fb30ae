// What the page of a file loads.

import "../find/wanted.js";
import "./ff-copy.js";
import "./ff-text.js";
import "./ff-viewer.js";
import "./ff-wave.js";
import "./ff-zoom.js";
