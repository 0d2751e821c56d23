"""How fast, measured as ratios in one run: `make bench`. Not part of the program."""
