// The pages of an import: choosing a folder, and looking at the plan.

import "../find/ff-tag-field.js";
import "../shell/wanted.js";
import "../design/elements/ff-tag-input.js";
import "../jobs/jobs.js";
import "./ff-path-picker.js";
