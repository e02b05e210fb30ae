"""The history of the database's schema, one file for each step."""
