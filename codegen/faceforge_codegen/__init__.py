"""What is generated from the contract: its committed files, the check for breaking changes, the reference pages."""
