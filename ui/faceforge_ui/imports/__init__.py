"""Bringing a folder in: choosing it, looking at the plan, running it."""
