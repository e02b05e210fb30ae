"""The processes in which files are read: what they are asked, what bounds them, what becomes of one that dies."""
