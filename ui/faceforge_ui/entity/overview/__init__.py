"""What is known about an entity at a glance: its fields, names, pictures, relations, and what happened lately."""
