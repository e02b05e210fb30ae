"""Relationships between entities, and the registry of their types."""
