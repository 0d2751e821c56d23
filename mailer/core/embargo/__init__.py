"""The embargo: read its line, resolve it to an instant, say it in any zone, and hold the gate."""

from mailer.core.embargo.gate import Clearance, Consent, Copy, Refusal, RefusalCode, clear
from mailer.core.embargo.say import say

__all__ = ["Clearance", "Consent", "Copy", "Refusal", "RefusalCode", "clear", "say"]
