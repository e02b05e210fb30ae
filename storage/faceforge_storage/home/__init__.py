"""The data directory: where it is, its settings, its lock."""
