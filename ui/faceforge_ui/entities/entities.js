// The page of all entities: its windowed list, what is done with a selection, and finding while one writes.

import "../design/elements/ff-bulk.js";
import "../design/elements/ff-gallery.js";
import "../design/elements/ff-key.js";
import "../design/elements/ff-open.js";
import "../design/elements/ff-size.js";
import "../design/elements/ff-table.js";
import "../design/elements/ff-tag-input.js";
import "../design/elements/narrowing.js";
import "../entity/came_from.js";
import "../shell/wanted.js";
