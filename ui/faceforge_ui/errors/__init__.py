"""What is shown where a page cannot be."""
