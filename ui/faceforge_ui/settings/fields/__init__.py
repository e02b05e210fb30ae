"""A page of the settings: the fields of entities and facts."""
