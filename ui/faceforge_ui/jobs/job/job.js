// The page of one job: its bar, its log, and the files that arrive.

import "../jobs.js";
import "../../design/elements/ff-justified.js";
import "../../viewer/overlay.js";
import "../../imports/ff-left-out.js";
import "./ff-arriving.js";
