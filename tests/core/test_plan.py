from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.core import plan as planning
from mailer.core.model import Audience, Contact, DispatchKind, Embargo
from mailer.core.plan import Plan, Standing

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
LIFT = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
EMBARGO = Embargo(LIFT, "Europe/London")
NOBODY = Standing({}, {})


def audience(name: str, advance: timedelta | None = timedelta(hours=24), **more: bool) -> Audience:
    return Audience(name, name, "en", "Press <press@example.org>", advance=advance, **more)


def make(
    *audiences: tuple[Audience, list[Contact]],
    embargo: Embargo | None = EMBARGO,
    standing: Standing = NOBODY,
    now: datetime = NOW,
) -> Plan:
    return planning.make("text", "templates", embargo, audiences, standing, now)


ACCEPTED = Contact("a@example.org", embargo_accepted=True)
OTHER = Contact("b@example.org")


def test_those_who_accepted_get_it_early_and_the_others_at_the_lift() -> None:
    advance, release = make((audience("wires"), [ACCEPTED, OTHER])).dispatches
    assert advance.dispatch.kind is DispatchKind.ADVANCE
    assert advance.dispatch.instant == LIFT - timedelta(hours=24)
    assert [c.email for c in advance.contacts] == ["a@example.org"]
    assert release.dispatch.instant == LIFT
    assert [c.email for c in release.contacts] == ["b@example.org"]


def test_an_advance_whose_time_has_passed_goes_at_once() -> None:
    now = LIFT - timedelta(hours=1)
    advance, _ = make((audience("wires"), [ACCEPTED]), now=now).dispatches
    assert advance.dispatch.instant == now


def test_without_an_embargo_everything_goes_at_once_and_nothing_early() -> None:
    (release,) = make((audience("wires"), [ACCEPTED, OTHER]), embargo=None).dispatches
    assert (release.dispatch.kind, release.dispatch.instant) == (DispatchKind.RELEASE, NOW)
    assert len(release.contacts) == 2


def test_an_audience_without_an_advance_waits_for_the_lift() -> None:
    (release,) = make((audience("public", advance=None), [ACCEPTED])).dispatches
    assert release.dispatch.instant == LIFT


def test_the_ledger_and_not_the_list_says_who_accepted() -> None:
    standing = Standing({}, {"a@example.org": False, "b@example.org": True})
    advance, release = make((audience("wires"), [ACCEPTED, OTHER]), standing=standing).dispatches
    assert [c.email for c in advance.contacts] == ["b@example.org"]
    assert [c.email for c in release.contacts] == ["a@example.org"]


def test_an_audience_trusted_as_a_whole_needs_no_acceptance() -> None:
    trusted = audience("bureaux", requires_acceptance=False)
    advance, _ = make((trusted, [OTHER])).dispatches
    assert [c.email for c in advance.contacts] == ["b@example.org"]


def test_who_is_left_out_is_told_why() -> None:
    standing = Standing({"s@example.org": "asked to"}, {}, frozenset({"h@example.org"}))
    people = [Contact("S@Example.org"), Contact("h@example.org"), ACCEPTED]
    plan = make((audience("wires"), people), (audience("national"), [ACCEPTED]), standing=standing)
    assert [(x.audience, x.contact.email, x.reason) for x in plan.left_out] == [
        ("wires", "S@Example.org", "suppressed: asked to"),
        ("wires", "h@example.org", "already has this version, or is planned to"),
        ("national", "a@example.org", "already in wires"),
    ]


PEOPLE = st.lists(
    st.builds(
        Contact,
        email=st.sampled_from([f"{x}@example.org" for x in "abcdefgABCDEFG"]),
        embargo_accepted=st.booleans(),
    ),
    max_size=12,
)


@given(
    lists=st.lists(PEOPLE, min_size=1, max_size=4),
    hours=st.none() | st.integers(0, 400),
    embargoed=st.booleans(),
    suppressed=st.sets(st.sampled_from([f"{x}@example.org" for x in "abcdefg"])),
)
def test_nobody_gets_a_version_twice_and_nobody_is_lost(
    lists: list[list[Contact]], hours: int | None, embargoed: bool, suppressed: set[str]
) -> None:
    advance = timedelta(hours=hours) if hours is not None else None
    audiences = [(audience(f"a{n}", advance), people) for n, people in enumerate(lists)]
    standing = Standing(dict.fromkeys(suppressed, "asked to"), {})
    plan = make(*audiences, embargo=EMBARGO if embargoed else None, standing=standing)
    getting = [c.email.casefold() for d in plan.dispatches for c in d.contacts]
    assert len(getting) == len(set(getting))
    assert not suppressed & set(getting)
    listed = {c.email.casefold() for people in lists for c in people}
    assert set(getting) == listed - suppressed
    assert plan.recipients + len(plan.left_out) == sum(map(len, lists))
    for planned in plan.dispatches:
        if embargoed and planned.dispatch.kind is DispatchKind.RELEASE:
            assert planned.dispatch.instant >= LIFT
        if planned.dispatch.kind is DispatchKind.ADVANCE:
            assert embargoed
            assert all(contact.embargo_accepted for contact in planned.contacts)


@given(PEOPLE, PEOPLE)
def test_the_hash_changes_with_the_recipients_and_only_then(
    one: list[Contact], other: list[Contact]
) -> None:
    first, second = make((audience("wires"), one)), make((audience("wires"), other))
    same = [{c.email for c in d.contacts} for d in first.dispatches] == [
        {c.email for c in d.contacts} for d in second.dispatches
    ]
    assert (first.hash == second.hash) == same


def test_the_hash_changes_with_text_templates_embargo_and_instant() -> None:
    people = [(audience("wires"), [ACCEPTED])]
    base = ("text", "templates", EMBARGO, people, NOBODY, NOW)
    hashes = {planning.make(*base).hash}
    later = Embargo(LIFT + timedelta(minutes=1), "Europe/London")
    for place, value in ((0, "other"), (1, "other"), (2, later), (2, Embargo(LIFT, "UTC"))):
        changed = list(base)
        changed[place] = value
        hashes.add(planning.make(*changed).hash)
    assert len(hashes) == 5
