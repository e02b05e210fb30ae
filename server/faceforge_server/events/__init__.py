"""Events over HTTP: a page of them, a page that waits until there is one, and a stream."""
