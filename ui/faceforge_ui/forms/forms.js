// What the fields of a form are made of.
import "../design/elements/ff-tag-input.js";
import "../shell/wanted.js";
