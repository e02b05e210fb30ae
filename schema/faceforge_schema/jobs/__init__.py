"""Jobs: long work that survives a crash, what kinds there are, who may see it, and how programs run it."""
