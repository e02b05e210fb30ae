"""The places that can hold bytes, one module for each."""
