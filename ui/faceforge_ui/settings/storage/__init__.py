"""A page of the settings: where everything lies."""
