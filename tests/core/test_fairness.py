"""The order of a dispatch: everyone once, by the seed, and no domain ahead of its share."""

from collections import Counter
from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from mailer.core.fairness import fair_order
from mailer.core.model import Contact

sizes = st.dictionaries(
    st.sampled_from(["wire.example", "daily.example", "radio.example", "blog.example"]),
    st.integers(1, 60),
    min_size=1,
)
seeds = st.integers(0, 2**31 - 1)


def listed(sizes: dict[str, int]) -> list[Contact]:
    """A list as an office has it: outlet by outlet."""
    return [Contact(f"n{n}@{domain}") for domain, size in sizes.items() for n in range(size)]


@given(sizes, seeds)
def test_everyone_is_in_it_once_and_one_seed_is_one_order(sizes: dict[str, int], seed: int) -> None:
    people = listed(sizes)
    order = fair_order(people, seed)
    assert Counter(order) == Counter(people)
    assert fair_order(iter(people), seed) == order


@given(sizes, seeds)
def test_no_domain_keeps_another_back(sizes: dict[str, int], seed: int) -> None:
    domains = [contact.email.rpartition("@")[2] for contact in fair_order(listed(sizes), seed)]
    for one in sizes:
        at = [-1, *(place for place, domain in enumerate(domains) if domain == one), len(domains)]
        for before, after in pairwise(at):
            between = Counter(domains[before + 1 : after])
            for other, number in between.items():
                assert number <= ceil(sizes[other] / sizes[one]) + 1


@given(st.integers(2, 50))
def test_nobody_is_always_first(size: int) -> None:
    people = listed({"daily.example": size, "wire.example": size})
    firsts = {fair_order(people, seed)[0] for seed in range(40)}
    assert len(firsts) > 1
    assert {first.email.rpartition("@")[2] for first in firsts} == {"daily.example", "wire.example"}


def test_an_order_is_the_same_on_every_machine() -> None:
    order = fair_order(listed({"daily.example": 4, "wire.example": 2}), 12)
    assert [contact.email for contact in order] == PINNED


PINNED = [
    "n1@wire.example",
    "n1@daily.example",
    "n0@daily.example",
    "n0@wire.example",
    "n2@daily.example",
    "n3@daily.example",
]
