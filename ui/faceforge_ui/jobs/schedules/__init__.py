"""Schedules: jobs that begin by themselves, at times or when a folder changes."""
