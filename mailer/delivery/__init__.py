"""The wire: SMTP sessions and the one sending flow."""
