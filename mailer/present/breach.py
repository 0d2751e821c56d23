"""The breach report: who held which version from when, who accepted it, every yes and change.

As Markdown for people and as CSV with a row for each held copy. Neither holds an advisory's text
or headline: a version is its number and its content hash.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from mailer.core.inert import inert_cell
from mailer.core.model import Embargo
from mailer.core.states import DeliveryState
from mailer.present.audit import listed
from mailer.present.markdown import code, table, words
from mailer.present.screen import count, stamp, when_exactly

if TYPE_CHECKING:
    from mailer.ledger.record import Consented, HeldCopy, HoldKept, Record

SHORT = 16
"""Hexadecimal digits of a hash in a table; the versions' own are whole."""


def breach_markdown(record: Record, zone: str) -> str:
    """The whole record as Markdown (CommonMark with tables); times in UTC and in `zone`."""
    lines: list[str] = []
    for title, part in (
        (f"# Embargo record of {words(record.reference)}", _head(record, zone)),
        ("## Versions", _versions(record, zone)),
        ("## The embargo, and every change of it", _embargoes(record, zone)),
        ("## Who held an embargoed copy before the lift", _held(record, zone)),
        ("## Every answer to the embargo terms", _answers(record, zone)),
        ("## Approvals", _approvals(record, zone)),
        ("## Holds", _holds(record, zone)),
        ("## What people did", _deeds(record, zone)),
        ("## When a mailer was running", _runs(record, zone)),
    ):
        lines += [title, "", *part, ""]
    return "\n".join(lines).rstrip() + "\n"


def _head(record: Record, zone: str) -> Iterator[str]:
    yield f"- Organisation: {words(record.organisation)}"
    yield f"- First queued: {_both(record.created_at, zone)}"
    if record.withdrawn_at is not None:
        yield f"- Withdrawn: {_both(record.withdrawn_at, zone)}"
    early = sum(copy.before_lift for copy in record.copies)
    yield f"- Embargoed copies that left before the lift, or may have: {early}"
    yield f"- Audit: {_audit(record)}"
    yield f"- Made from the ledger alone. Times are in UTC, and in {words(zone)} where it differs."


def _audit(record: Record) -> str:
    rows = count(record.audit.rows, "row", "rows")
    if record.audit.first_broken is None:
        return f"whole; the hash of each of its {rows} covers the row before it"
    broken = record.audit.first_broken
    return f"**BROKEN at row {broken}** of {rows}: from there on it cannot be relied upon"


def _versions(record: Record, zone: str) -> list[str]:
    rows = [
        (str(v.number), words(v.kind), code(v.content_hash), _both(v.at, zone), words(v.by))
        for v in record.versions
    ]
    return table(("version", "kind", "SHA-256 of its content", "kept", "by"), rows)


def _embargoes(record: Record, zone: str) -> list[str]:
    rows = [
        (
            _both(one.at, zone),
            words(one.by),
            ", ".join(words(name) for name in one.audiences),
            _embargo(one.embargo),
            _embargo(one.earlier) if one.earlier else "",
        )
        for one in record.embargoes
    ]
    return table(("set", "by", "audiences", "embargoed until", "before that"), rows)


def _embargo(embargo: Embargo | None) -> str:
    if embargo is None:
        return "no embargo"
    return f"{_both(embargo.instant, embargo.zone)} ({words(embargo.zone)})"


def _held(record: Record, zone: str) -> list[str]:
    early = [copy for copy in record.copies if copy.before_lift]
    late = len(record.copies) - len(early)
    rest = f"{count(late, 'copy', 'copies')} left at the lift or after it; the CSV names each."
    if not early:
        return ["Nobody.", "", rest]
    head = (
        "contact", "outlet", "audience", "version", "kind", "taken by the relay",
        "had accepted the embargo", "Message-ID", "the relay's reply",
    )  # fmt: skip
    rows = [
        (
            " ".join(filter(None, (words(copy.contact.name), code(copy.contact.email)))),
            words(copy.contact.outlet),
            words(copy.audience),
            f"{copy.version} ({code(copy.content_hash[:SHORT])})",
            words(copy.kind),
            _taken(copy, zone),
            _consent(copy.consent, zone),
            code(copy.message_id),
            code(copy.reply),
        )
        for copy in early
    ]
    return [*table(head, rows), "", rest]


def _taken(copy: HeldCopy, zone: str) -> str:
    doubt = ""
    if copy.doubt_since is not None:
        doubt = f"**in doubt** since {_both(copy.doubt_since, zone)}"
        if copy.state != DeliveryState.IN_DOUBT:
            doubt += f"; now {words(copy.state)}"
        doubt += f": {words(copy.reason)}" if copy.reason else ""
    taken = _both(copy.taken_at, zone) if copy.taken_at else ""
    return "; ".join(filter(None, (taken, doubt)))


def _consent(consent: Consented, zone: str) -> str:
    answer = consent.answer
    if answer is not None:
        said = "yes" if answer.accepted else "**no**"
        return f"{said}, on {_both(answer.at, zone)}: {words(answer.source)}"
    if consent.listed:
        checked = f", verified {consent.verified}" if consent.verified else ""
        return f"yes, by the list as it was on {_both(consent.planned_at, zone)}{checked}"
    return "**no**" if consent.required else "not asked of this audience"


def _answers(record: Record, zone: str) -> list[str]:
    rows = [
        (
            _both(one.at, zone),
            code(one.email),
            "accepted" if one.accepted else "**not accepted**",
            words(one.source),
        )
        for one in record.answers
    ]
    if not rows:
        return ["None was recorded; what the lists said stands with each copy above."]
    return table(("when", "contact", "answer", "how the office knows"), rows)


def _approvals(record: Record, zone: str) -> list[str]:
    rows = [
        (
            _both(one.at, zone),
            words(one.by),
            f"{words(one.kind)} to {words(one.audience)}, version {one.version}",
            _both(one.instant, zone),
            code(one.parts.get("text", "")[:SHORT]),
            f"{_both(one.voided_at, zone)}: {words(one.void_reason)}" if one.voided_at else "",
        )
        for one in record.approvals
    ]
    if not rows:
        return ["Nobody approved anything."]
    return table(("when", "by", "of what", "to go at", "text", "voided"), rows)


def _holds(record: Record, zone: str) -> list[str]:
    rows = [
        (
            _both(one.at, zone),
            words(one.by),
            _of_what(one),
            words(one.reason),
            f"{_both(one.released_at, zone)} by {words(one.released_by)}"
            if one.released_at
            else "**still in force**",
        )
        for one in record.holds
    ]
    return table(("from", "by", "of", "why", "until"), rows) if rows else ["None."]


def _of_what(hold: HoldKept) -> str:
    if not hold.everything:
        return "this advisory"
    return "everything embargoed" if hold.embargoed_only else "everything"


def _deeds(record: Record, zone: str) -> list[str]:
    rows = [
        (
            str(one.row),
            _both(one.at, zone),
            words(one.actor),
            words(one.action),
            "; ".join(f"{words(name)}: {words(listed(v))}" for name, v in one.detail.items()),
            code(one.hash[:SHORT]),
        )
        for one in record.deeds
    ]
    return [f"The audit is {_audit(record)}.", "", *table(_DEED, rows)]


_DEED = ("row", "when", "who", "did", "with", "hash")


def _runs(record: Record, zone: str) -> list[str]:
    rows = [
        (
            _both(run.started_at, zone),
            _both(run.ended_at, zone)
            if run.ended_at
            else f"last seen {_both(run.seen_at, zone)}, not ended in good order or running still",
            code(run.host),
        )
        for run in record.runs
    ]
    gaps = [
        f"- Nobody was there from {_both(start, zone)}"
        + (f" until {_both(end, zone)}" if end else " on")
        for start, end in record.unattended
    ]
    runs = table(("from", "until", "machine"), rows) if rows else ["No `mailer run` was there."]
    return [*runs, "", *gaps]


def _both(instant: datetime, zone: str) -> str:
    """To the second, in UTC and, where its clock shows another time, in a zone."""
    utc = f"{instant:%Y-%m-%d %H:%M:%S} UTC"
    theirs = when_exactly(instant, zone)
    return utc if theirs == f"{utc}+00:00" else f"{utc} = {theirs}"


# --- CSV --------------------------------------------------------------------------------------

COLUMNS = (
    "reference", "version", "content_hash", "audience", "kind", "name", "email", "outlet",
    "before_lift", "embargo", "embargo_zone", "began_at", "taken_at", "taken_at_office",
    "doubt_since", "state", "reason", "relay", "tls_version", "reply", "message_id",
    "accepted", "accepted_at", "accepted_how", "verified",
)  # fmt: skip
"""The columns of the CSV: a row for each copy that the relay took, or may have."""


def breach_csv(record: Record, zone: str) -> None:
    """Every held copy as CSV on standard output, safe to open in a spreadsheet.

    Instants are ISO 8601 in UTC, but `taken_at_office`, which is in `zone`.
    """
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for copy in record.copies:
        writer.writerow([inert_cell(cell or "") for cell in _cells(record, copy, zone)])


def _cells(record: Record, copy: HeldCopy, zone: str) -> tuple[str | None, ...]:
    answer = copy.consent.answer
    accepted = answer.accepted if answer else copy.consent.listed
    how = answer.source if answer else "by the list" if copy.consent.listed else ""
    return (
        record.reference,
        str(copy.version),
        copy.content_hash,
        copy.audience,
        copy.kind,
        copy.contact.name,
        copy.contact.email,
        copy.contact.outlet,
        "yes" if copy.before_lift else "no",
        stamp(copy.embargo.instant) if copy.embargo else "",
        copy.embargo.zone if copy.embargo else "",
        stamp(copy.began_at),
        stamp(copy.taken_at),
        when_exactly(copy.taken_at, zone) if copy.taken_at else "",
        stamp(copy.doubt_since),
        copy.state,
        copy.reason,
        copy.relay,
        copy.tls_version,
        copy.reply,
        copy.message_id,
        "yes" if accepted else "no",
        stamp(answer.at if answer else copy.consent.planned_at if accepted else None),
        how,
        copy.consent.verified.isoformat() if copy.consent.verified else "",
    )
