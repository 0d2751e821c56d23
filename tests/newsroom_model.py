"""What must hold of an advisory, kept beside the program and without a look into its ledger.

The model knows what people asked for, which copies the relay took, and which may have reached it.
`Story.judge` looks at each text at the moment the gate let it go.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

ADVANCE = timedelta(hours=24)
"""How long before the lift the wires have their advance copy (support.CONFIG)."""

_SAYS = re.compile(
    rb"\r\n\r\n(?:EMBARGOED until \w+, (?P<until>\d+ \w+ \d+, \d\d:\d\d) )?.*?"
    rb"KIND (?P<kind>[\w ]+?) REF (?P<reference>[^\r\n]+)\r\n(?P<words>.*?)--=_",
    re.DOTALL,
)


@dataclass(frozen=True)
class Message:
    """What a journalist can read in a message. `text` 0: none; `until` None: not embargoed."""

    id: str
    to: str
    kind: str
    reference: str
    text: int
    until: datetime | None

    @classmethod
    def read(cls, to: str, content: bytes) -> Message:
        head, _, body = content.partition(b"text/plain")
        found = _SAYS.search(body)
        number = re.search(rb"Message-ID: (\S+)", head)
        assert found is not None and number is not None, content
        texts = {int(n) for n in re.findall(rb"text-(\d+)", content)}
        assert len(texts) <= 1, content
        until = found["until"]
        return cls(
            id=number[1].decode(),
            to=to,
            kind=found["kind"].decode(),
            reference=found["reference"].strip().decode(),
            text=texts.pop() if texts else 0,
            until=_instant(until.decode()) if until else None,
        )


def _instant(said: str) -> datetime:
    return datetime.strptime(f"{said} +0000", "%d %B %Y, %H:%M %z").astimezone(UTC)


@dataclass
class Person:
    """What was asked for one journalist. `excused`: a person has cancelled what was to come."""

    audience: str
    embargo: datetime | None
    approved: bool = False
    excused: bool = False
    told: datetime | None = None
    """The embargo that the last message they may hold told them of; None: none, or it lifted."""


@dataclass
class Story:
    """One advisory: what people decided of it, and where its copies are."""

    reference: str
    newest: int = 0
    withdrawn: bool = False
    held: bool = False
    people: dict[str, Person] = field(default_factory=dict)
    taken: list[Message] = field(default_factory=list)
    open: dict[str, Message] = field(default_factory=dict)
    """Texts that left and are not known to have been refused, by Message-ID."""

    def may_hold(self, email: str) -> set[int]:
        """The texts that a journalist holds or may hold."""
        messages = [*self.taken, *self.open.values()]
        return {one.text for one in messages if one.to == email and one.text}

    def holders(self) -> set[str]:
        """Everyone who holds or may hold a text."""
        return {email for email in self.people if self.may_hold(email)}

    def embargoed(self, email: str, now: datetime) -> bool:
        """Whether a journalist's embargo has not lifted."""
        lift = self.people[email].embargo
        return lift is not None and now < lift

    def judge(self, said: Message, accepted: bool, resends: int, now: datetime) -> list[str]:
        """What is wrong with this message leaving now."""
        person = self.people.get(said.to)
        if person is None:
            return [f"{said} goes to one who is not on the plan"]
        checks = {
            "on hold": self.held,
            "nobody has approved it": not person.approved,
            "nothing but a withdrawal may leave": self.withdrawn != (said.kind == "withdrawal"),
            "a notice to one who never had a text": said.kind in NOTICES
            and not self.may_hold(said.to),
            "a withdrawal shows the text": self.withdrawn and said.text,
            "not the newest text": said.text and said.text != self.newest,
            "a second copy of a text": said.text in self.may_hold(said.to) and not resends,
            "a second copy": any(one.id == said.id for one in self.taken) and not resends,
        }
        checks |= self._embargo(said, person, accepted, now)
        return [f"{what}: {said} at {now}" for what, wrong in checks.items() if wrong]

    def _embargo(
        self, said: Message, person: Person, accepted: bool, now: datetime
    ) -> dict[str, object]:
        if said.kind == "withdrawal":
            return {}
        if not self.embargoed(said.to, now):
            return {"an embargo that has lifted": said.until}
        ahead = (person.embargo or now) - ADVANCE
        return {
            "early": said.until is None,
            "another embargo than was asked for": said.until != person.embargo,
            "early, to one who has not accepted": not accepted,
            "an advance copy too early": said.kind == "advance" and now < ahead,
            "a release with an embargo": said.kind == "release",
        }

    def leaves(self, said: Message) -> None:
        """The text is on its way: from now the journalist may hold it."""
        self.open[said.id] = said
        person = self.people.get(said.to)
        if person is not None:
            person.told = said.until

    def unsettled(self, ended: dict[str, set[str]], resends: Counter[str]) -> list[str]:
        """Who was lost, or has too much, when all has come to its end.

        `ended` are the states of each journalist's deliveries that are final though nothing came.
        """
        found = []
        for email, person in self.people.items():
            if ended.get(email) or person.excused:
                continue
            texts = Counter(one.text for one in self.taken if one.to == email and one.text)
            may = self.may_hold(email)
            again = sum(resends[one.id] for one in self.taken if one.to == email)
            if self.withdrawn:
                told = any(one.to == email and one.kind == "withdrawal" for one in self.taken)
                if may and not told:
                    found.append(f"{email} holds {may} and was not told of the withdrawal")
                continue
            if self.newest not in may:
                found.append(f"{email} never got text {self.newest}, but {may}")
            if texts[self.newest] > 1 + again:
                found.append(f"{email} has text {self.newest} {texts[self.newest]} times")
        return found


NOTICES = ("correction", "withdrawal", "embargo change")
