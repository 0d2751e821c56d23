"""What one message that came back says: of which copies, of whom, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of message it is. `DSN` is any delivery notice, in a standard form or in words."""

    DSN = "dsn"
    ARF = "arf"
    AUTO_REPLY = "auto-reply"
    OTHER = "other"


class Action(StrEnum):
    """What became of a copy (RFC 3464 §2.3.3; "relayed" and "expanded" count as delivered)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


class Permanence(StrEnum):
    """Whether trying again is of no use. Only a failure is ever permanent."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient that a notice names.

    `address` is the one the message was sent to, as far as the notice says it: the original
    recipient before the final one. `status` is an enhanced status (RFC 3463) or "", `diagnostic`
    the other server's own words or "", on one line.
    """

    address: str
    action: Action
    permanence: Permanence
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """A message that came back, read. All of it is hearsay until it is matched to a delivery.

    To match it: `addresses` it was sent to or quotes as the returned message's sender,
    `envelope_ids` (RFC 3461 ENVID), and `message_ids` (with brackets) of the returned message or
    of what it answers. `automatic`: no person wrote it, so nothing may answer or forward it.
    `complaint`: an ARF report that says the reader did not want the message. `sender` is who it
    says it is from. `plain`: its subject is no more than "unsubscribe"; `more`: it has words of its
    own beside that.
    """

    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    addresses: tuple[str, ...] = ()
    envelope_ids: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    automatic: bool = True
    complaint: bool = False
    sender: str = ""
    plain: bool = False
    more: bool = True

    @property
    def leaves(self) -> bool:
        """Whether it means to leave, at an address that is for nothing else.

        A person does, whatever the words. A program only with just the subject that the address
        gives: no absence has that, and no notice of a failure ever does.
        """
        if self.kind in (Kind.DSN, Kind.ARF):
            return False
        return self.plain or not self.automatic
