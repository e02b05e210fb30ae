"""Rows and bytes: how FaceForge keeps what it is given."""
