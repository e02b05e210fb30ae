"""The page of one entity: its head, and a folder for each of its tabs."""
