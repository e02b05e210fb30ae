// The trash: its windowed list, and what is done with a selection.

import "../design/elements/ff-bulk.js";
import "../design/elements/ff-open.js";
import "../design/elements/ff-table.js";
