"""Fields: the definitions of keys, and the values that must fit them."""
