"""A page of the settings: how entities can belong together."""
