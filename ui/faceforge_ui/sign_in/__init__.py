"""Signing in: the door of the pages."""
