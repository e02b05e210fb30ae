"""A page of the settings: how the pages look in this browser."""
