"""The places that can store bytes, one module for each; `registry.py` beside this folder lists them."""
