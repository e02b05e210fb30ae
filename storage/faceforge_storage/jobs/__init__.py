"""Jobs: their rows, who holds them, what they say, and how they end."""
