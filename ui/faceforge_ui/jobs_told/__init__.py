"""Jobs as pages need them: read, and said in words."""
