"""The API: what the console does, for programs. It calls the desk, and holds no rule of its own."""
