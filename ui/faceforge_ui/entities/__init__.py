"""All entities: gallery, list, and what is done with several at once."""
