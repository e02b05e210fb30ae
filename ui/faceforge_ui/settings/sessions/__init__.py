"""A page of the settings: the browsers that are signed in."""
