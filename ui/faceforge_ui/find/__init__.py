"""Finding entities and files by name, for the palette and for pickers."""
