"""The console: the desk in the browser. It calls the desk, and holds no rule of its own."""
