"""The GraphQL face: over HTTP and over a WebSocket."""
