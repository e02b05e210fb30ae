"""Bringing folders of this machine in: which may be read, what is found in them, and the plan of an import."""
