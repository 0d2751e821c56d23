"""Templates, out to messages."""
