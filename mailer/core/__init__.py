"""The rules: pure functions over frozen types. No I/O and no clock; `now` is an argument."""
