"""HTTP itself: the protocol below the application, bodies, problems, and the context of a request."""
