"""The ledger's tables, and nothing else. docs/reference/ledger.md says what each column means.

Instants are stored in UTC; the zone an embargo was set in has a column of its own. SQLModel table
models do not validate: what goes in is made by ledger.store and ledger.queue from core types. A
row has its `id` once the session has written it (`flush`).
"""

# ruff: noqa: I001 - in the order of docs/reference/ledger.md, which is made from them
from mailer.ledger.tables.sending import (
    FAILED,
    NOT_ACCEPTED,
    ODD,
    AdvisoryRow,
    ApprovalRow,
    AttachmentRow,
    AttemptRow,
    DeliveryRow,
    DispatchRow,
    HoldRow,
    LeftOutRow,
    RelayFaultRow,
    RunRow,
    TemplateSetRow,
    VersionRow,
)
from mailer.ledger.tables.consent import AcceptanceRow, SuppressionRow, TermsRow, WishRow
from mailer.ledger.tables.bounces import CameBackRow, EvidenceRow
from mailer.ledger.tables.drafts import DraftFileRow, DraftRow
from mailer.ledger.tables.people import ApiTokenRow, IdempotencyRow, LoginRow, PersonRow
from mailer.ledger.tables.audit import AuditRow
from mailer.ledger.tables.directory import DirectoryMarkRow, DirectoryRow
from mailer.ledger.tables.columns import Utc

__all__ = [
    "FAILED",
    "NOT_ACCEPTED",
    "ODD",
    "AcceptanceRow",
    "AdvisoryRow",
    "ApiTokenRow",
    "ApprovalRow",
    "AttachmentRow",
    "AttemptRow",
    "AuditRow",
    "CameBackRow",
    "DeliveryRow",
    "DirectoryMarkRow",
    "DirectoryRow",
    "DispatchRow",
    "DraftFileRow",
    "DraftRow",
    "EvidenceRow",
    "HoldRow",
    "IdempotencyRow",
    "LeftOutRow",
    "LoginRow",
    "PersonRow",
    "RelayFaultRow",
    "RunRow",
    "SuppressionRow",
    "TemplateSetRow",
    "TermsRow",
    "Utc",
    "VersionRow",
    "WishRow",
]
