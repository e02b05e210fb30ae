"""Noun: what is to run again and again, when its next time is, and the folders that are watched."""
