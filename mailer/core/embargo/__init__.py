"""The embargo: read its line, resolve it to an instant, say it in any zone, and hold the gate."""

from mailer.core.embargo.answer import Ask, Instant, Reject, to_json
from mailer.core.embargo.gate import (
    Clearance,
    Consent,
    Copy,
    Refusal,
    RefusalCode,
    clear,
    clear_answer,
    clear_test,
)
from mailer.core.embargo.resolve import read
from mailer.core.embargo.say import place_of, say, say_around, say_both, utc_offset

__all__ = [
    "Ask",
    "Clearance",
    "Consent",
    "Copy",
    "Instant",
    "Refusal",
    "RefusalCode",
    "Reject",
    "clear",
    "clear_answer",
    "clear_test",
    "place_of",
    "read",
    "say",
    "say_around",
    "say_both",
    "to_json",
    "utc_offset",
]
