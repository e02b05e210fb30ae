"""Jobs: what works in the background, what came of it, and what begins by itself at times."""
