"""One job: how far it is, what it says, what came of it."""
