"""The journal in words: what happened to what, by whom."""
