"""HTTP itself: the protocol below the application, bodies, problems, and the way from a request to the contract."""
