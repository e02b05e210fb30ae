"""What may stand in a single value: scalars, inputs, patterns, references to records that are there."""
