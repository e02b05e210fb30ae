"""All files, whoever they belong to."""
