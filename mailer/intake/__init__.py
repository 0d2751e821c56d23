"""Documents and lists, in."""
