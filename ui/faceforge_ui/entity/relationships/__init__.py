"""Who belongs to an entity, and how."""
