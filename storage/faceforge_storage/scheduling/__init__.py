"""Who is served next: queues that serve clients in turn, and threads that work them off."""
