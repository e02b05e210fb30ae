// What an entity page is made of: its head with the neighbours, and editing in place.
import "./ff-entity-head.js";
import "../design/elements/ff-edit.js";
import "../forms/forms.js";
