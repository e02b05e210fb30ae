// What the page of all files loads.

import "../design/elements/ff-bulk.js";
import "../design/elements/ff-justified.js";
import "../design/elements/ff-tag-input.js";
import "../design/elements/narrowing.js";
import "../find/ff-tag-field.js";
import "../shell/wanted.js";
import "../viewer/overlay.js";
