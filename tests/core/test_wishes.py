from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mailer.core import plan as planning
from mailer.core.model import Audience, Contact
from mailer.core.plan import Plan, Standing
from mailer.core.wishes import CHOSE_NOT_TO, Wish

NOW = datetime(2027, 2, 8, 12, tzinfo=UTC)
WIRES = Audience("wires", "wires", "en", "Press <press@l.example>", open=True)
NATIONAL = Audience("national", "national", "en", "Press <press@l.example>")
ANA = Contact("ana@wire.example", "Ana Lind", "Nordwire", "sv", "Europe/Stockholm")
BO = Contact("bo@wire.example", "Bo")


def made(standing: Standing, *audiences: tuple[Audience, tuple[Contact, ...]]) -> Plan:
    return planning.make("h", "t", None, audiences, standing, NOW)


def people(plan: Plan, audience: str) -> list[Contact]:
    return [
        contact
        for planned in plan.dispatches
        if planned.dispatch.audience.name == audience
        for contact in planned.contacts
    ]


def standing(*wishes: Wish, suppressed: tuple[str, ...] = ()) -> Standing:
    return Standing(
        dict.fromkeys(suppressed, "asked to"), {}, wishes={wish.email: wish for wish in wishes}
    )


def test_what_a_journalist_chose_wins_over_the_list() -> None:
    wish = Wish(ANA.email, "Ana L.", "Elsewhere", "fr", "Europe/Paris")
    (ana, bo) = people(made(standing(wish), (WIRES, (ANA, BO))), "wires")
    assert ana == Contact(ANA.email, "Ana L.", "Nordwire", "fr", "Europe/Paris")
    assert bo == BO


def test_what_was_not_chosen_stays_as_the_list_has_it() -> None:
    (ana,) = people(made(standing(Wish(ANA.email, language="de")), (WIRES, (ANA,))), "wires")
    assert ana == Contact(ANA.email, ANA.name, ANA.outlet, "de", ANA.timezone)


def test_who_left_an_open_audience_is_left_out_with_the_reason() -> None:
    wish = Wish(ANA.email, audiences={"wires": False})
    plan = made(standing(wish), (WIRES, (ANA, BO)))
    assert people(plan, "wires") == [BO]
    assert [(one.contact, one.reason) for one in plan.left_out] == [(ANA, CHOSE_NOT_TO)]


def test_who_left_one_audience_may_be_in_another() -> None:
    wish = Wish(ANA.email, audiences={"wires": False})
    plan = made(standing(wish), (WIRES, (ANA,)), (NATIONAL, (ANA,)))
    assert people(plan, "national") == [ANA]


def test_who_chose_an_open_audience_is_in_it_without_a_list() -> None:
    wish = Wish("eva@blog.example", "Eva", "Blog", "de", "Europe/Berlin", {"wires": True})
    plan = made(standing(wish), (WIRES, (BO,)))
    assert people(plan, "wires") == [
        BO,
        Contact("eva@blog.example", "Eva", "Blog", "de", "Europe/Berlin"),
    ]


def test_who_chose_an_audience_and_is_on_its_list_is_in_it_once() -> None:
    wish = Wish("ana@wire.example", audiences={"wires": True})
    listed = Contact("Ana@Wire.example")
    assert len(people(made(standing(wish), (WIRES, (listed,))), "wires")) == 1


def test_never_joins_or_leaves_an_audience_that_is_not_open() -> None:
    wishes = (
        Wish(ANA.email, audiences={"national": False}),
        Wish("eva@blog.example", audiences={"national": True}),
    )
    assert people(made(standing(*wishes), (NATIONAL, (ANA,))), "national") == [ANA]


def test_never_writes_to_who_is_suppressed_because_they_chose_to_be_in_it() -> None:
    wish = Wish("eva@blog.example", audiences={"wires": True})
    plan = made(standing(wish, suppressed=("eva@blog.example",)), (WIRES, (BO,)))
    assert people(plan, "wires") == [BO]


def test_a_plan_made_anew_takes_nobody_in_who_was_not_there() -> None:
    wish = Wish("eva@blog.example", language="fr", audiences={"wires": True, "other": False})
    there = standing(wish).for_those_there()
    assert people(made(there, (WIRES, (BO,))), "wires") == [BO]
    assert there.wishes[wish.email].audiences == {"other": False}
    assert there.wishes[wish.email].language == "fr"


WORDS = st.sampled_from(["", "a", "b"])
CHOSEN = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.booleans())
WISHES = st.builds(Wish, st.just("a@b.example"), WORDS, WORDS, WORDS, WORDS, CHOSEN)


@given(WISHES, WISHES, WISHES)
def test_wishes_add_up_in_whatever_steps_they_come(first: Wish, then: Wish, last: Wish) -> None:
    assert last.over(then).over(first) == last.over(then.over(first))
    assert first.over(first) == first
