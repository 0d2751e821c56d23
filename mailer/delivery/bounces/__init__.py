"""What comes back by mail: read one message (`read`), and the places it is taken from."""

from __future__ import annotations

from mailer.core.notification import Notification


def read(raw: bytes) -> Notification:
    """What one message says; see `reading`, whose tables take longer than many a command runs."""
    from mailer.delivery.bounces import reading

    return reading.read(raw)
