"""Jobs in this process: the threads that run them, and what their functions work with."""
