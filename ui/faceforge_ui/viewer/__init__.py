"""One file: what it shows, what is known of it, and what can be done with it."""
