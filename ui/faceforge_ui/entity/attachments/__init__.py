"""The tab of an entity with its files."""
