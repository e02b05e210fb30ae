"""Rows and bytes: how FaceForge stores records and files."""
