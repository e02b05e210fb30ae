"""A page of the settings: how Core is reached."""
