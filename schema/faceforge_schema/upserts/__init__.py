"""Upserts: many entities made or changed at once, each found by its ids."""
