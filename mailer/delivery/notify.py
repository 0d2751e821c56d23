"""What a delivery status notification is asked for with, in MAIL and RCPT (RFC 3461)."""

from __future__ import annotations

import re
from typing import Literal

Notify = Literal["failure", "success", "never"]
"""When the office wants to hear: of failure and delay; of success too; or as the relay will."""

_HEX_RE = re.compile(rb"[^!-*,-<>-~]")


def of_mail(envid: str, notify: Notify) -> bytes:
    """Parameters of MAIL: the envelope's name, and never the text itself in a notification."""
    if notify == "never":
        return b""
    return b" RET=HDRS ENVID=%s" % xtext(envid) if envid else b" RET=HDRS"


def of_rcpt(address: bytes, notify: Notify) -> bytes:
    """Parameters of RCPT: when to notify, and the address as we have it (ASCII: RFC 6533 §3)."""
    if notify == "never":
        return b""
    wanted = b"SUCCESS,FAILURE,DELAY" if notify == "success" else b"FAILURE,DELAY"
    if not address.isascii():
        return b" NOTIFY=" + wanted
    return b" NOTIFY=%s ORCPT=rfc822;%s" % (wanted, xtext(address.decode()))


def xtext(value: str) -> bytes:
    """A value as RFC 3461 §4 has it: "+" and two hexadecimal digits for what may not stand."""
    octets = value.encode()
    return _HEX_RE.sub(lambda found: b"+%02X" % found[0][0], octets)
