"""The settings: one folder a page."""
