"""What a journalist has chosen by themselves: in a plan, it wins over what a list says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from mailer.core.model import Audience, Contact

CHOSE_NOT_TO = "chose not to receive it"
"""The reason of whoever left an open audience by themselves."""


@dataclass(frozen=True, slots=True)
class Wish:
    """All that one journalist wishes now. Empty texts: as the list has it.

    `audiences` are those they chose (True) or left (False), by name. `outlet` is no wish: it is
    what was known of them, for an audience whose list does not have them.
    """

    email: str
    name: str = ""
    outlet: str = ""
    language: str = ""
    timezone: str = ""
    audiences: Mapping[str, bool] = field(default_factory=dict)

    def over(self, earlier: Wish) -> Wish:
        """This wish with, for all that it leaves open, an earlier one of the same journalist."""
        return Wish(
            self.email,
            self.name or earlier.name,
            self.outlet or earlier.outlet,
            self.language or earlier.language,
            self.timezone or earlier.timezone,
            MappingProxyType({**earlier.audiences, **self.audiences}),
        )

    def since(self, earlier: Wish | None) -> Wish:
        """What of this wish is new against an earlier one; all of it where there is none."""
        if earlier is None:
            return self
        chosen = {
            name: wanted
            for name, wanted in self.audiences.items()
            if earlier.audiences.get(name) is not wanted
        }
        return replace(
            self,
            name=self.name if self.name != earlier.name else "",
            language=self.language if self.language != earlier.language else "",
            timezone=self.timezone if self.timezone != earlier.timezone else "",
            audiences=MappingProxyType(chosen),
        )

    @property
    def words(self) -> str:
        """What is wished, on one line: "language fr, not national"."""
        said = (("name", self.name), ("language", self.language), ("time zone", self.timezone))
        words = [f"{what} {value}" for what, value in said if value]
        chosen = sorted(self.audiences.items())
        return ", ".join([*words, *(one if wanted else f"not {one}" for one, wanted in chosen)])

    def leaving(self) -> Wish:
        """This wish without the audiences that it joins."""
        left = {name: chosen for name, chosen in self.audiences.items() if not chosen}
        return replace(self, audiences=MappingProxyType(left))

    def applied(self, listed: Contact) -> Contact:
        """The contact as they wish to be written to."""
        return replace(
            listed,
            name=self.name or listed.name,
            language=self.language or listed.language,
            timezone=self.timezone or listed.timezone,
        )

    @property
    def contact(self) -> Contact:
        """The contact of an audience that they chose, and whose list does not have them."""
        return Contact(self.email, self.name, self.outlet, self.language, self.timezone)


def has_left(audience: Audience, wish: Wish | None) -> bool:
    """Whether a contact left an audience that is theirs to choose."""
    return audience.open and wish is not None and wish.audiences.get(audience.name) is False


def with_those_who_chose(
    audience: Audience, contacts: Iterable[Contact], wishes: Mapping[str, Wish]
) -> Iterator[Contact]:
    """The contacts of an audience, and after them who chose it without being on its list."""
    chose = {}
    if audience.open:
        chose = {key: w for key, w in wishes.items() if w.audiences.get(audience.name)}
    for contact in contacts:
        if chose:
            chose.pop(contact.email.casefold(), None)
        yield contact
    for wish in chose.values():
        yield wish.contact
