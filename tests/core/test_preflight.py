"""The checks of a whole version. Each blocking rule has a test named after what it forbids."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.model import (
    Attachment,
    Audience,
    Contact,
    DispatchKind,
    Edition,
    Embargo,
    Phone,
    PressContact,
    ReadWarning,
    Version,
)
from mailer.core.preflight import CODES, Checked, Finding, Sample, check

PRESS = Path(__file__).parents[3] / "shared" / "press"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EMBARGO = Embargo(datetime(2027, 2, 9, 0, 1, tzinfo=UTC), "Europe/London")
WIRES = Audience("wires", "wires", "en", "press@example.org", timezone="Europe/Paris")
NATIONAL = Audience("national", "national", "en", "press@example.org")
HER = Contact("her@example.org", verified=date(2026, 9, 1))
HIM = Contact("him@example.org", verified=date(2026, 9, 1))
NOTICE = "EMBARGOED until Tuesday, 9 February 2027, 00:01"
COPY = Sample(
    subject="advance to wires",
    audience="wires",
    kind=DispatchKind.ADVANCE,
    title=NOTICE,
    text=f"{NOTICE}\n\nText.\n\n{NOTICE}\n",
    html=f"<style>p {{}}</style><p>{NOTICE}</p><p>Text</p><p>{NOTICE.replace(' ', '<b> </b>')}</p>",
    notice=(NOTICE,),
    size=9_000,
)
VERSION = Version(
    reference="REF/1",
    number=1,
    organisation="An Office",
    kind="press release",
    date=date(2026, 11, 24),
    editions=(Edition("en", "A headline", "Text."), Edition("fr", "Un titre", "Texte.")),
    contacts=(PressContact("Jane", email="jane@example.org", phones=(Phone("+442079460000"),)),),
)
GOOD = Checked(
    version=VERSION,
    embargoes=((WIRES, EMBARGO), (WIRES, EMBARGO), (NATIONAL, EMBARGO)),
    recipients={"wires": (HER,), "national": (HIM,)},
    samples=(COPY,),
    faults=(),
    warnings=(),
    office_zone="Europe/London",
    relay_size=None,
)


def found(**changes: Any) -> list[Finding]:
    return list(check(replace(GOOD, **changes), NOW))


def the_only(**changes: Any) -> Finding:
    (finding,) = found(**changes)
    assert finding.code in CODES
    assert finding.message.endswith(".")
    return finding


def text(**changes: str) -> Version:
    return replace(VERSION, editions=(replace(VERSION.editions[0], **changes), VERSION.editions[1]))


def test_a_good_advisory_has_no_findings() -> None:
    assert found() == []


def test_no_template_fault_is_approved() -> None:
    (finding,) = found(faults=("wires/advisory.txt:3: 'headlin' is undefined",))
    assert (finding.code, finding.blocks) == ("template", True)
    assert "wires/advisory.txt:3" in finding.message


@pytest.mark.parametrize("contacts", [(), (PressContact(),), (PressContact("Jane"),)])
def test_no_advisory_without_a_contact_is_approved(contacts: tuple[PressContact, ...]) -> None:
    finding = the_only(version=replace(VERSION, contacts=contacts))
    assert (finding.code, finding.blocks) == ("no-contact", True)


def test_a_contact_without_a_telephone_is_named() -> None:
    contacts = (PressContact("Jane", email="jane@example.org"),)
    finding = the_only(version=replace(VERSION, contacts=contacts))
    assert (finding.code, finding.blocks) == ("no-telephone", False)


@pytest.mark.parametrize("name", ["no-reply", "donotreply", "postmaster", "No.Reply+press"])
def test_an_address_that_nobody_reads_is_no_contact(name: str) -> None:
    unread = PressContact("Ada", email=f"{name}@example.org", phones=(Phone("+442079460123"),))
    finding = the_only(version=replace(VERSION, contacts=(*VERSION.contacts, unread)))
    assert (finding.code, finding.blocks) == ("no-reader", False)


@pytest.mark.parametrize(
    "copy",
    [
        replace(COPY, text=f"Text.\n{NOTICE}\n"),
        replace(COPY, text=f"{NOTICE}\nText.\n"),
        replace(COPY, text=f" {NOTICE}\nText.\n{NOTICE}"),
        replace(COPY, text=""),
        replace(COPY, html=f"<p>{NOTICE}</p>"),
        replace(COPY, html=f"<p>{NOTICE}</p><!-- {NOTICE} -->"),
        replace(COPY, notice=(NOTICE, "EMBARGO as issued: 01:01")),
    ],
)
def test_no_copy_without_its_notice_is_approved(copy: Sample) -> None:
    finding = the_only(samples=(COPY, copy))
    assert (finding.code, finding.blocks, finding.where) == ("no-notice", True, "advance to wires")


def test_a_copy_that_needs_no_notice_needs_none() -> None:
    assert found(samples=(replace(COPY, notice=(), text="Text.", html=""),)) == []


@pytest.mark.parametrize("field", ["headline", "subhead", "body", "notes"])
def test_no_edition_that_contradicts_the_embargo_is_approved(field: str) -> None:
    line = "Embargoed until 10:00 GMT, 9 February 2027"
    finding = the_only(version=text(**{field: line}))
    where = "text" if field == "body" else field
    assert (finding.code, finding.blocks) == ("embargo-contradicted", True)
    assert (finding.where, finding.line) == (where, 1)
    french = replace(VERSION.editions[1], **{field: line})
    finding = the_only(version=replace(VERSION, editions=(VERSION.editions[0], french)))
    assert finding.where == f"{where} (fr)"


@pytest.mark.parametrize("people", [{"wires": (HER,)}, {"wires": (HER,), "national": ()}])
def test_no_empty_audience_is_approved(people: dict[str, tuple[Contact, ...]]) -> None:
    finding = the_only(recipients=people)
    assert (finding.code, finding.blocks, finding.where) == ("empty-audience", True, "national")


def test_no_dispatch_to_nobody_is_approved() -> None:
    assert the_only(embargoes=(), recipients={}).code == "empty-audience"


@given(st.integers(0, 3_000), st.integers(0, 4_000))
def test_no_attachment_larger_than_the_relay_takes_is_approved(octets: int, limit: int) -> None:
    version = replace(VERSION, attachments=(Attachment("a.csv", "text/csv", b"x" * octets),))
    encoded = base64.encodebytes(b"x" * octets).replace(b"\n", b"\r\n")
    findings = found(version=version, relay_size=limit, samples=())
    assert bool(findings) == (limit > 0 and len(encoded) > limit)
    assert all((f.code, f.where) == ("too-large", "attachment a.csv") for f in findings)


def test_a_message_that_mail_programs_would_cut_off_is_named() -> None:
    def codes(letters: int) -> list[str]:
        sample = replace(COPY, html="é" * letters, notice=())
        return [finding.code for finding in found(samples=(sample,))]

    assert codes(51_000) == []
    assert codes(51_001) == ["clipped"]


@pytest.mark.parametrize(("limit", "blocks"), [(None, 0), (0, 0), (8_999, 1), (9_000, 0)])
def test_no_message_larger_than_the_relay_takes_is_approved(limit: int | None, blocks: int) -> None:
    findings = found(relay_size=limit)
    assert [f.code for f in findings] == ["too-large"] * blocks


def test_warnings_of_the_text_are_passed_on() -> None:
    warning = ReadWarning("link-nowhere", 7, "the link “report” leads nowhere (#)")
    finding = the_only_warning(warning)
    assert (finding.code, finding.where, finding.line) == ("link-nowhere", "notes (fr)", 7)
    assert not finding.blocks


def the_only_warning(warning: ReadWarning) -> Finding:
    (finding,) = found(warnings=(("notes (fr)", warning), ("notes (fr)", warning)))
    return finding


def test_a_contact_in_several_audiences_is_named() -> None:
    both = tuple(replace(HER, email=f"{n}@example.org") for n in range(5))
    finding = the_only(recipients={"wires": (*both, HER, HER), "national": (*both, HIM)})
    assert finding.code == "several-audiences"
    assert "5 contacts are in more than one audience: 0@example.org, 1@" in finding.message
    assert "and 2 more" in finding.message


@pytest.mark.parametrize(
    ("verified", "named"),
    [(None, True), (NOW.date() - timedelta(366), True), (NOW.date() - timedelta(365), False)],
)
def test_contacts_not_verified_for_a_year_are_named(verified: date | None, named: bool) -> None:
    findings = found(recipients={"wires": (replace(HER, verified=verified),), "national": (HIM,)})
    assert [(f.code, f.where) for f in findings] == [("not-verified", "wires")] * named


def test_the_clock_change_weeks_are_named() -> None:
    embargo = Embargo(datetime(2027, 3, 16, 0, 1, tzinfo=UTC), "Europe/London")
    america = replace(WIRES, timezone="America/New_York")
    finding = the_only(embargoes=((america, embargo), (NATIONAL, embargo)), samples=())
    assert (finding.code, finding.blocks) == ("clock-change", False)
    assert "(wires)" in finding.message


def test_findings_that_block_come_first() -> None:
    version = text(headline="TBC", body="\nTBC\n\nEmbargoed until 9 May 2027\n\n![](x)\n[name]")
    findings = found(version=version, faults=("b", "a"))
    assert findings == sorted(findings, key=lambda f: (not f.blocks, f.where, f.line))
    assert [f.blocks for f in findings] == [True] * 3 + [False] * 5


HOSTILE = st.text() | st.text(st.characters(), max_size=60) | st.lists(
    st.sampled_from([
        "embargoed until ", "EMBARGO", ": ", "\n", "\n\n", "00:01 GMT ", "9 February 2027",
        "Sperrfrist ", "31.02.2027 ", "for immediate release", "today ", "\x1b[2J", "Tuesday ",
        "\u202e", "\x00", "\ud800", "XX", "[insert", "![](", "24:61 ", "/", "Asia/Kolkata ",
        "محظور النشر حتى ", "??", "tomorrow ", "later ", "9999", "a.m. ", "½", "٣",
    ])
).map("".join)  # fmt: skip


@given(
    HOSTILE, HOSTILE, HOSTILE, st.sampled_from(["", "en", "ar", "xx"]), st.dates(),
    st.none() | st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip
def test_no_version_raises(
    headline: str, body: str, other: str, language: str, day: date,
    instant: datetime | None, now: datetime,
) -> None:  # fmt: skip
    embargo = Embargo(instant, other) if instant is not None else None
    contact = Contact(other, timezone=body, verified=day)
    what = replace(
        GOOD,
        version=replace(
            VERSION,
            date=day,
            editions=(Edition(language, headline, body, other), Edition(other, body, headline)),
            attachments=(Attachment(other, body, b"x"),),
        ),
        embargoes=((replace(WIRES, name=other, timezone=body), embargo), (NATIONAL, None)),
        recipients={other: (contact,), "national": (contact,)},
        samples=(replace(COPY, subject=other, text=body, html=headline, notice=(other,)),),
        faults=(other,),
        warnings=((headline, ReadWarning("x", 1, body)),),
        office_zone=other,
        relay_size=1,
    )
    for finding in check(what, now):
        assert finding.message.isprintable()
        assert finding.where.isprintable()


@pytest.mark.skipif(not PRESS.is_dir(), reason="the press documents are not beside the checkout")
def test_a_real_advisory_is_not_accused() -> None:
    for path in sorted(PRESS.glob("*.txt")):
        version = text(body=path.read_text(encoding="utf-8"))
        assert [f for f in found(version=version) if f.code != "weekday"] == []
