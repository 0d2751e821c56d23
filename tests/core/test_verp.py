"""What a delivery's envelope sender says, and what nobody can make it say."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core import verp
from mailer.core.verp import Use

SECRET, OTHER = b"s" * 32, b"t" * 32
deliveries = st.integers(0, 2**40 - 1)


@given(deliveries)
def test_an_address_names_its_delivery(delivery: int) -> None:
    token = verp.token(delivery, SECRET)
    address = verp.verp("bounces", "press.example.org", token)
    assert address == f"bounces+{token}@press.example.org"
    assert len(token) == 20
    assert verp.parse(address, SECRET) == delivery
    assert verp.parse(token, SECRET) == delivery, "the ENVID"


MANGLED = [
    "BOUNCES+{T}@PRESS.EXAMPLE.ORG",
    "bounces-{t}@press.example.org",
    "bounces={t}@press.example.org",
    "bounces_{t}@press.example.org",
    "<bounces+{t}@press.example.org>",
    '"bounces+{t}"@press.example.org',
    "prvs=01234abcde=bounces+{t}@press.example.org",
    "SRS0=HHHH=TT=press.example.org=bounces+{t}@forwarder.example",
    "SRS1=HHHH=first.example==HHHH=TT=aaaaaaaaaaaaaaaaaaaa.org=bounces+{t}@second.example",
    "bounces+{t}=40press.example.org@gateway.example",
]


@pytest.mark.parametrize("mangled", MANGLED)
def test_a_mangled_address_still_names_its_delivery(mangled: str) -> None:
    token = verp.token(4711, SECRET)
    assert verp.parse(mangled.format(t=token, T=token.upper()), SECRET) == 4711


@given(deliveries)
def test_never_a_delivery_by_another_secret(delivery: int) -> None:
    assert verp.parse(verp.token(delivery, OTHER), SECRET) is None


@given(deliveries)
def test_never_an_address_to_leave_by_from_one_for_bounces_or_the_other_way(delivery: int) -> None:
    for use, other in permutations(Use):
        token = verp.token(delivery, SECRET, use)
        assert verp.parse(token, SECRET, use) == delivery
        assert verp.parse(token, SECRET, other) is None


@given(deliveries, st.integers(0, 19), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_never_a_delivery_by_an_altered_token(delivery: int, place: int, letter: str) -> None:
    token = verp.token(delivery, SECRET)
    altered = token[:place] + letter + token[place + 1 :]
    assert (verp.parse(altered, SECRET) is None) is (altered != token)


@given(st.text())
def test_never_a_delivery_from_any_other_text(text: str) -> None:
    assert verp.parse(text, SECRET) is None


def test_never_tells_which_copy_went_before_which() -> None:
    tokens = [verp.token(delivery, SECRET) for delivery in range(1000)]
    assert len(set(tokens)) == 1000
    rising = sum(a < b for a, b in pairwise(tokens))
    assert 400 < rising < 600
    assert len({token[-4:] for token in tokens}) > 900


def test_refuses_a_local_part_that_leaves_no_room() -> None:
    token = verp.token(1, SECRET)
    longest = verp.verp("b" * verp.MOST_LOCAL, "example.org", token)
    assert len(longest.partition("@")[0]) == 64
    with pytest.raises(ValueError, match="longer than 43"):
        verp.verp("b" * (verp.MOST_LOCAL + 1), "example.org", token)
