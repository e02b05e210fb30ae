"""Fields of a form: what a field definition looks like on a page, and how a sent form becomes JSON values."""
