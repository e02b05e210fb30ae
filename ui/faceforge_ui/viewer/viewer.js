// What the page of a file loads.

import "../find/ff-tag-field.js";
import "../shell/wanted.js";
import "../design/elements/ff-copy.js";
import "./ff-text.js";
import "./ff-viewer.js";
import "./ff-wave.js";
import "./ff-zoom.js";
