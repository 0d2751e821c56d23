"""The record: what is planned and what has happened."""
