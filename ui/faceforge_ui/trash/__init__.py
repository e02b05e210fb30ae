"""What is in the trash: put back, or erased for good."""
