"""Assets: files of any kind, what makes one of stored bytes, and the addresses that open them."""
