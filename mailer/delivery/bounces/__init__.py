"""What comes back by mail: read one message (`read`), and the places it is taken from."""

from mailer.delivery.bounces.reading import read

__all__ = ["read"]
