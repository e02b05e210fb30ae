"""A page of the settings: access for programs."""
