"""What a file tells about itself when it comes in: its media type and a safe name."""
