"""The facts about an entity: what was true, and when."""
