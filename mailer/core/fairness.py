"""The order in which copies go: nobody is always first, and no domain waits for another.

Pure: the seed is an argument and is recorded with the dispatch, so that the order can be shown to
whoever asks why they were not the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from sys import intern

from mailer.core.model import Contact


def fair_order(contacts: Iterable[Contact], seed: int) -> list[Contact]:
    """The same contacts, shuffled by `seed`, each mail domain's spread evenly over the whole.

    A domain with n of them has one in each nth of the way, at a place of its own within it. So
    between two journalists of one domain there are never more of another than that has to each of
    theirs, and one more: an outlet with a thousand addresses does not keep back one with ten.
    """
    random = Random(seed)  # noqa: S311 (an order that is fair, and not a secret)
    shuffled = list(contacts)
    random.shuffle(shuffled)
    domains = [intern(contact.email.rpartition("@")[2]) for contact in shuffled]
    step = {domain: 1 / number for domain, number in Counter(domains).items()}
    at = {domain: random.random() * width for domain, width in step.items()}
    places: list[float] = []
    for domain in domains:
        place = at[domain]
        places.append(place)
        at[domain] = place + step[domain]
    return [shuffled[nth] for nth in sorted(range(len(shuffled)), key=places.__getitem__)]
