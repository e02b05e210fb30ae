"""What is read from an incoming file: its media type and a safe name."""
