"""What happened, for whoever follows it: the events of the journal, and those that are told only to who is there."""
