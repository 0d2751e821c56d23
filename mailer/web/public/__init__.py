"""The journalists' pages: a listener of its own, from which nothing of the console is reached."""
