"""Bytes: staged while they are hashed, published under their hash, stored by a provider."""
