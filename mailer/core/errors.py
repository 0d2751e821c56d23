"""The errors a person may see. Each says what failed, where, and what to do next, in one line."""

from __future__ import annotations


class MailerError(Exception):
    """Something was refused. `str(error)` is the whole message, fit for a terminal's one line."""

    exit_status = 1


class NeedsDecisionError(MailerError):
    """Nothing is wrong, but a person must choose. Exit status 3."""

    exit_status = 3


class ConfigError(MailerError):
    """The configuration cannot be used; one line per fault, as `file: key: what, accepted`."""


class NotThereError(MailerError):
    """What was asked for by its name or number is not in the ledger."""


class DocumentError(MailerError):
    """An advisory's file cannot be read or lacks what an advisory must have."""


class ListError(MailerError):
    """A list of contacts cannot be read at all (single bad rows are reported, not raised)."""


class TemplateError(MailerError):
    """A template does not render: `file:line: what`."""


class LedgerError(MailerError):
    """The ledger cannot be opened, upgraded or locked."""


class LedgerBusyError(LedgerError):
    """Somebody else is writing to the ledger at this moment; it will pass."""


class FencedError(LedgerError):
    """Another run has taken the ledger over; this one must not send anything more."""


class IllegalTransitionError(MailerError):
    """An event that the state table does not allow. Nothing was changed."""
