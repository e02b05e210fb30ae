// What an entity page is made of: its head with the neighbours, and editing in place.
import "./ff-entity-head.js";
import "../design/elements/ff-edit.js";
import "../design/elements/ff-rows.js";
import "../design/elements/ff-tag-input.js";
