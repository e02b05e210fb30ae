"""A page of the settings: from where folders may be brought in."""
