"""What models of image generators say of themselves, and which files they are."""
