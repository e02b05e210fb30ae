"""Schedules: jobs that are made again and again, by whose authority, and when."""
