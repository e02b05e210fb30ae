"""A page of the settings: the keys."""
