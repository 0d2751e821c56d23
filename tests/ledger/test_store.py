"""What the store gives back is what it was given: versions, plans, people."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from mailer.core import plan as planning
from mailer.core.fairness import fair_order
from mailer.core.model import (
    Attachment,
    Audience,
    Contact,
    Dispatch,
    DispatchKind,
    Edition,
    Embargo,
    Phone,
    PressContact,
    Version,
)
from mailer.core.plan import LeftOut, Plan, PlannedDispatch
from mailer.core.states import DeliveryState
from mailer.ledger import consent, plans, store
from mailer.ledger.database import Database, open_ledger
from mailer.ledger.tables import DeliveryRow, DispatchRow

NOW = datetime(2027, 2, 8, tzinfo=UTC)
LIFT = Embargo(datetime(2027, 2, 9, 0, 1, tzinfo=UTC), "Europe/London")

_numbers = itertools.count()

# Any text that UTF-8 can carry: a lone surrogate is no text, and no reader lets one in.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["🇫🇷 Ω 👩‍👩‍👧", "مذكرة إعلامية", "\u202eevil\u202c", "\x00\x1b[2J", "'; DROP TABLE version;--"]
)
zones = st.sampled_from(["UTC", "Europe/London", "Asia/Kathmandu", "Pacific/Apia"])
instants = st.timedeltas(timedelta(), timedelta(days=365_000)).map(
    lambda span: datetime(1970, 1, 1, tzinfo=UTC) + span
)
phones = st.builds(Phone, texts, texts)
press_contacts = st.builds(
    PressContact, texts, texts, texts, texts, st.lists(phones, max_size=2).map(tuple)
)
editions = st.builds(
    Edition, st.sampled_from(["en", "ar", "fr"]), texts, texts, texts, texts, texts
)
attachments = st.builds(Attachment, texts, texts, st.binary(max_size=50))
versions = st.builds(
    Version,
    st.just("REF"),
    st.just(1),
    texts,
    texts,
    st.dates(),
    st.lists(editions, min_size=1, max_size=3).map(tuple),
    st.lists(press_contacts, max_size=2).map(tuple),
    st.lists(attachments, max_size=2).map(tuple),
)
audiences = st.builds(
    Audience,
    name=texts,
    template=texts,
    language=st.just("en"),
    sender=texts,
    reply_to=texts,
    timezone=zones,
    advance=st.none() | st.timedeltas(timedelta(seconds=1), timedelta(days=30)),
    requires_acceptance=st.booleans(),
    subject_prefix=texts,
    not_before_local=st.none() | st.times(),
)
tags = st.lists(st.text("abc-é", min_size=1, max_size=5), max_size=3).map(tuple)
contacts = st.builds(
    Contact,
    email=st.just("someone@paper.example"),
    name=texts,
    outlet=texts,
    language=st.sampled_from(["", "en", "ar"]),
    timezone=zones,
    tags=tags,
    embargo_accepted=st.booleans(),
    verified=st.none() | st.dates(),
)
embargoes = st.none() | st.builds(Embargo, instants, zones)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Database]:
    with open_ledger(tmp_path / "ledger.db", now=NOW) as database:
        yield database


def version(body: str = "Text.", reference: str = "LCT 2027/004") -> Version:
    edition = Edition("en", "Headline", body)
    return Version(reference, 1, "Trust", "statement", date(2027, 2, 9), (edition,), ())


def audience(name: str = "wires") -> Audience:
    return Audience(name, name, "en", "Press <press@lantern.example>")


def dispatch(name: str = "wires", kind: DispatchKind = DispatchKind.RELEASE) -> Dispatch:
    return Dispatch(audience(name), kind, LIFT.instant, LIFT)


def plan_of(*planned: PlannedDispatch, left_out: tuple[LeftOut, ...] = ()) -> Plan:
    return Plan("content", "templates", LIFT, planned, left_out)


def keep(session: Session, plan: Plan, text: Version | None = None) -> int:
    store.save_templates(session, "templates", {"a/advisory.txt": "x"})
    row = store.save_version(session, text or version(), "officer", NOW)
    assert row.id is not None
    plans.save_plan(session, row.id, plan, domain="press.lantern.example", by="officer", now=NOW)
    return row.id


# --- versions ---------------------------------------------------------------------------------


@given(one=versions)
@settings(max_examples=60)
def test_a_version_comes_back_as_it_was_frozen(ledger: Database, one: Version) -> None:
    one = replace(one, reference=f"REF {next(_numbers)}")
    with ledger.write() as session:
        saved = store.save_version(session, one, "officer", NOW).id
    assert saved is not None
    with ledger.read() as session:
        found = store.load_version(session, saved)
    assert found == one
    assert found.content_hash == one.content_hash


def test_the_same_text_again_is_the_version_there_already_is(ledger: Database) -> None:
    with ledger.write() as session:
        first = store.save_version(session, version("A"), "officer", NOW)
        other = store.save_version(session, version("B"), "officer", NOW)
        again = store.save_version(session, version("A"), "chief", NOW + timedelta(days=1))
    assert (first.id, first.number, other.number) == (again.id, 1, 2)
    assert again.created_by == "officer"
    with ledger.read() as session:
        owner = store.advisory(session, "LCT 2027/004")
        assert owner is not None
        assert [row.number for row in store.versions(session, owner.id or 0)] == [1, 2]


def test_another_attachment_is_another_version(ledger: Database) -> None:
    with ledger.write() as session:
        rows = [
            store.save_version(session, replace(version(), attachments=(one,)), "officer", NOW)
            for one in (
                Attachment("a.pdf", "application/pdf", b"1"),
                Attachment("a.pdf", "application/pdf", b"2"),
                Attachment("b.pdf", "application/pdf", b"2"),
            )
        ]
    assert [row.number for row in rows] == [1, 2, 3]


@given(st.text(min_size=1).filter(str.strip))
def test_a_reference_is_one_however_it_is_typed(reference: str) -> None:
    key = store.reference_key(reference)
    assert store.reference_key(f"  {reference}\n") == key
    assert store.reference_key(key) == key
    assert store.reference_key("  ".join(reference.split())) == key


@given(st.sampled_from(["STRASSE 1", "straße 1", "Straße 1"]))
def test_a_reference_is_one_in_any_case(reference: str) -> None:
    assert store.reference_key(reference) == "strasse 1"


@pytest.mark.parametrize("hostile", ["%", "_", "' OR 1=1 --", "LCT 2027/00%"])
def test_a_reference_is_never_a_pattern(ledger: Database, hostile: str) -> None:
    with ledger.write() as session:
        store.save_version(session, version(), "officer", NOW)
        assert store.advisory(session, hostile) is None


# --- plans ------------------------------------------------------------------------------------


@given(
    who=audiences,
    kind=st.sampled_from(DispatchKind),
    at=instants,
    embargo=embargoes,
    earlier=embargoes,
    note=texts,
    contact=contacts,
)
@settings(max_examples=60)
def test_a_dispatch_and_its_contact_come_back_as_they_were_planned(
    ledger: Database,
    who: Audience,
    kind: DispatchKind,
    at: datetime,
    embargo: Embargo | None,
    earlier: Embargo | None,
    note: str,
    contact: Contact,
) -> None:
    planned = Dispatch(who, kind, at, embargo, note, earlier)
    text = version(reference=f"REF {next(_numbers)}")
    with ledger.write() as session:
        kept = keep(session, plan_of(PlannedDispatch(planned, (contact,))), text)
    with ledger.read() as session:
        row = session.exec(select(DispatchRow).where(DispatchRow.version_id == kept)).one()
        assert store.dispatch_of(row) == planned
        ((found, message_id),) = store.recipients(session, row.id or 0, None, None)
    assert found == contact
    assert message_id.endswith("@press.lantern.example>")


def test_an_advance_of_no_time_at_all_is_not_lost(ledger: Database) -> None:
    who = Audience("a", "a", "en", "p@l.example", advance=timedelta(), not_before_local=time(0))
    with ledger.write() as session:
        one = Dispatch(who, DispatchKind.RELEASE, LIFT.instant, LIFT)
        kept = keep(session, plan_of(PlannedDispatch(one, ())))
        row = session.exec(select(DispatchRow).where(DispatchRow.version_id == kept)).one()
        assert store.dispatch_of(row).audience == who


def test_never_two_copies_of_a_dispatch_to_addresses_that_differ_only_in_case(
    ledger: Database,
) -> None:
    twice = (Contact("Ana@Wire.example"), Contact("ana@wire.EXAMPLE"))
    with pytest.raises(IntegrityError), ledger.write() as session:
        keep(session, plan_of(PlannedDispatch(dispatch(), twice)))
    with ledger.read() as session:
        assert session.exec(select(DeliveryRow)).all() == []
        assert session.exec(select(DispatchRow)).all() == []


def test_a_plan_made_by_the_rules_is_never_refused_for_that(ledger: Database) -> None:
    listed = [Contact("Ana@Wire.example"), Contact("ana@wire.EXAMPLE"), Contact("bo@wire.example")]
    with ledger.write() as session:
        people = plans.standing(session, None)
        made = planning.make("c", "templates", LIFT, [(audience(), listed)], people, NOW)
        keep(session, made)
        assert len(session.exec(select(DeliveryRow)).all()) == 2


def test_every_copy_has_a_message_id_of_its_own(ledger: Database) -> None:
    many = tuple(Contact(f"n{i}@wire.example") for i in range(500))
    with ledger.write() as session:
        keep(session, plan_of(PlannedDispatch(dispatch(), many)))
        ids = [row.message_id for row in session.exec(select(DeliveryRow))]
    assert len(ids) == len(set(ids)) == 500


def test_copies_go_in_the_order_of_a_seed_that_is_recorded(ledger: Database) -> None:
    listed = tuple(Contact(f"n{i}@{who}.example") for who in ("wire", "daily") for i in range(50))
    plan = plan_of(PlannedDispatch(dispatch(), listed))
    with ledger.write(bulk=True) as session:
        store.save_templates(session, "templates", {})
        row = store.save_version(session, version(), "officer", NOW)
        plans.save_plan(
            session, row.id or 0, plan, domain="l.example", by="officer", now=NOW, seed=7
        )
        assert session.exec(select(DispatchRow.seed)).one() == 7
        kept = session.exec(select(DeliveryRow).order_by(col(DeliveryRow.id))).all()
        assert [store.contact_of(one) for one in kept] == fair_order(listed, 7)


def test_recipients_are_the_first_ones_by_address_or_the_one_asked_for(ledger: Database) -> None:
    people = tuple(Contact(f"{who}@wire.example") for who in ("cy", "ana", "bo"))
    with ledger.write() as session:
        keep(session, plan_of(PlannedDispatch(dispatch(), people)))
        one = session.exec(select(DispatchRow.id)).one() or 0

        def asked(email: str | None, limit: int | None) -> list[str]:
            return [c.email for c, _ in store.recipients(session, one, email, limit)]

        assert asked(None, 1) == ["ana@wire.example"]
        assert asked(None, None) == sorted(contact.email for contact in people)
        assert asked("ANA@Wire.example", 1) == ["ana@wire.example"]
        assert asked("nobody@wire.example", 1) == []


def test_who_was_left_out_is_told_for_the_plans_that_are_asked_for(ledger: Database) -> None:
    out = LeftOut("wires", Contact("ana@wire.example", "Ana", "Nordwire"), "the address is barred")
    with ledger.write() as session:
        keep(session, plan_of(PlannedDispatch(dispatch(), ()), left_out=(out,)))
        owner = store.advisory(session, "LCT 2027/004")
        assert owner is not None
        assert plans.left_out(session, owner.id or 0, [NOW]) == [out]
        assert plans.left_out(session, owner.id or 0, [NOW + timedelta(seconds=1)]) == []


# --- people -----------------------------------------------------------------------------------


def test_standing_is_the_latest_word_of_each_person(ledger: Database) -> None:
    with ledger.write() as session:
        consent.suppress(session, "Ana@wire.example", "asked to", "officer", NOW)
        consent.suppress(session, "bo@wire.example", "left", "officer", NOW)
        consent.unsuppress(session, "BO@WIRE.example", "officer", NOW)
        for accepted in (True, False):
            consent.record_acceptance(session, "cy@wire.example", accepted, "email", NOW)
        known = plans.standing(session, None)
    assert dict(known.suppressed) == {"ana@wire.example": "asked to"}
    assert dict(known.accepted) == {"cy@wire.example": False}
    assert known.holders == frozenset()


@pytest.mark.parametrize("state", list(DeliveryState))
def test_who_has_or_may_have_a_version_is_a_holder_of_that_version_alone(
    ledger: Database, state: DeliveryState
) -> None:
    with ledger.write() as session:
        kept = keep(session, plan_of(PlannedDispatch(dispatch(), (Contact("Ana@w.example"),))))
        other = store.save_version(session, version("Other text."), "officer", NOW)
        row = session.exec(select(DeliveryRow)).one()
        row.state = state
        session.add(row)
        session.flush()
        holders = plans.standing(session, kept).holders
        assert plans.standing(session, other.id).holders == frozenset()
    never = {"rejected", "expired", "suppressed", "cancelled"}
    assert holders == (frozenset() if state in never else frozenset({"ana@w.example"}))
