"""What is generated from the contract: its files, the reference pages, and the check for breaking changes."""
