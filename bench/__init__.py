"""How fast, and in how much memory, against what else there is. `python -m bench` says it all."""
