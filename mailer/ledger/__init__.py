"""The record: what is planned and what has happened."""

SCHEMA = "0014"
"""The newest migration. A test holds that it is Alembic's head."""
