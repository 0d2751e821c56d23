"""Whether a text says the embargo that is set: each statement of one in it, read and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mailer.core.embargo import Ask, Instant, Reject, read, say
from mailer.core.embargo.grammar import parse
from mailer.core.embargo.parts import Broken, Days
from mailer.core.embargo.said import MOST_READ, said_in, when
from mailer.core.model import Embargo
from mailer.core.preflight.clocks import known
from mailer.core.preflight.finding import Finding, Piece, fewest, line_of, listed, plain

_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)

_IMMEDIATE = re.compile(
    r"^[ \t>*_#\"“\[(-]{0,20}"
    r"(?P<found>(?:for[ \t]{1,3})?immediate[ \t]{1,3}(?:release|publication|use|broadcast)"
    r"|(?:pour[ \t]{1,3})?(?:diffusion|publication)[ \t]{1,3}immédiate"
    r"|(?:para[ \t]{1,3})?(?:su[ \t]{1,3})?(?:publicación|difusión|divulgación)[ \t]{1,3}inmediata"
    r"|zur[ \t]{1,3}sofortigen[ \t]{1,3}(?:veröffentlichung|freigabe)"
    r"|(?:para[ \t]{1,3})?(?:divulgação|publicação)[ \t]{1,3}imediata"
    r"|(?:per[ \t]{1,3})?(?:pubblicazione|diffusione)[ \t]{1,3}immediata"
    r"|для[ \t]{1,3}немедленно(?:го|й)[ \t]{1,3}(?:публикации|распространения)"
    r"|للنشر[ \t]{1,3}(?:الفوري|فورا|فورًا))"
    r"(?=[ \t*_\])\"”]{0,10}(?:$|[:.,;|/–—-]|\d))",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the text is held against: the embargoes (None: immediate), and who reads it when."""

    embargoes: tuple[Embargo | None, ...]
    office_zone: str
    now: datetime

    @property
    def instants(self) -> frozenset[datetime]:
        """The instants (UTC) that the text may say."""
        return frozenset(e.instant for e in self.embargoes if e is not None)

    @property
    def anchor(self) -> datetime:
        """The moment the text is read as of: after the lift, its own line is not yet past."""
        return max(_LONG_AGO, min([self.now, *self.instants]))

    @property
    def set_for(self) -> str:
        """The embargoes in words."""
        said = {
            "it is for immediate release"
            if e is None
            else f"the embargo is {plain(say(e.instant, known(e.zone) or 'UTC', 'en'))}": None
            for e in self.embargoes
        }
        return listed(list(said))


def look(piece: Piece, setting: Setting) -> Iterator[Finding]:
    """Every statement in one text that is not the embargo of any audience. All of them block."""
    if not setting.embargoes:
        return
    yield from fewest(_immediate(piece, setting))
    yield from fewest(_contradictions(piece, setting))


def _immediate(piece: Piece, setting: Setting) -> Iterator[Finding]:
    if None in setting.embargoes:
        return
    line = line_of(piece.text)
    for match in _IMMEDIATE.finditer(piece.text):
        yield _finding(piece, line(match.start("found")), match["found"], setting)


def _finding(piece: Piece, line: int, shown: str, setting: Setting) -> Finding:
    words = plain(shown.replace("*", ""), 120)
    said = f"It says “{words}”, but {setting.set_for}; correct whichever is wrong."
    return Finding("embargo-contradicted", True, piece.where, line, said)


def _contradictions(piece: Piece, setting: Setting) -> Iterator[Finding]:
    line = line_of(piece.text)
    agrees: dict[str, bool] = {}
    for said in said_in(piece.text, piece.language):
        if not said.words:
            more = (
                f"It speaks of an embargo more than {MOST_READ} times, and only so many were"
                " compared with the one that is set; say it once."
            )
            yield Finding("embargo-contradicted", True, piece.where, line(said.at), more)
            return
        if said.words not in agrees:
            agrees[said.words] = _agrees(said.words, piece.language, setting)
        if not agrees[said.words]:
            yield _finding(piece, line(said.at), said.words, setting)


def _agrees(words: str, language: str, setting: Setting) -> bool:
    match _read(words, language, setting):
        case Instant(immediate=True):
            return None in setting.embargoes
        case Instant(utc):
            return utc in setting.instants
        case Ask(candidates):
            return not setting.instants.isdisjoint(candidates)
        case Reject(past=past, none=none):
            # What cannot be read at all may still be an embargo of what is to go at once.
            return past or none or None not in setting.embargoes


def _read(words: str, language: str, setting: Setting) -> Instant | Ask | Reject:
    """What the words say. What follows the statement and cannot be read is dropped word by word."""
    office = known(setting.office_zone) or "UTC"
    for _ in range(40):
        parts = parse(words, language)
        if not any(isinstance(part, Broken) for part in parts) or not all(when(parts)):
            break
        words = words.rsplit(None, 1)[0]
    answer = read(words, office_zone=office, now=setting.anchor, language=language)
    days = [part for part in parse(words, language) if isinstance(part, Days)]
    dated = days and all(year for part in days for year, _, _ in part.options)
    if isinstance(answer, Reject) and dated and None not in setting.embargoes:
        # A day that is over is another day too: last year's line, left in.
        answer = read(words, office_zone=office, now=_LONG_AGO, language=language)
    return answer
