"""What pictures have in common: how they are opened, what a camera wrote, how they are shown."""
