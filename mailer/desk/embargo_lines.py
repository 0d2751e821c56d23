"""Embargo lines, as an officer types them and as a document prints them, held against each other.

`now` is UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mailer.config import Config
from mailer.core import embargo as embargoes
from mailer.core.embargo import Ask, Instant, Reject, say
from mailer.core.errors import MailerError, NeedsDecisionError
from mailer.core.model import Embargo


def said(line: str, config: Config, now: datetime) -> Instant | Ask | Reject:
    """What a line that an officer has typed may mean."""
    zone, language = config.embargo.zone, config.office.language
    return embargoes.read(line, office_zone=zone, now=now, language=language)


def read(line: str, config: Config, now: datetime) -> tuple[Embargo, tuple[str, ...]]:
    """An embargo line's one instant and its warnings; a question or a refusal is raised."""
    match said(line, config, now):
        case Reject(reason):
            raise MailerError(f'embargo "{line}": {reason}')
        case Ask(candidates, _, reason):
            choices = "".join(f"\n  {_both(candidate, config)}" for candidate in candidates)
            raise NeedsDecisionError(
                f'embargo "{line}": {reason}\nChoose one, and write it like this:{choices}'
            )
        case Instant(utc, named, warnings, at_once):
            if at_once:
                raise MailerError(f'embargo "{line}": say --immediate for that')
            return Embargo(utc, named), warnings


def read_or_immediate(
    line: str | None, immediate: bool, printed: str, config: Config, now: datetime
) -> tuple[Embargo | None, tuple[str, ...]]:
    """The same where "at once" may have been said instead; one of both must have been.

    `printed` is what the document says, to be shown to whoever said neither.
    """
    if line is None and not immediate:
        hint = f'; the document says "{printed}"' if printed else ""
        raise MailerError(
            f'an embargo is required: --embargo "00:01 GMT, 9 February 2027", or --immediate{hint}'
        )
    return (None, ()) if line is None else read(line, config, now)


def compare_printed(
    printed: str, queued: Iterable[Embargo | None], config: Config, now: datetime
) -> tuple[str, ...]:
    """A document that prints another embargo than those it is queued with is refused.

    So is one whose line cannot be read ("until delivery") if it is to go at once to anybody; under
    an embargo that is noted, as is what has passed.
    """
    if not printed:
        return ()
    wanted = {embargo.instant if embargo else None for embargo in queued}
    match embargoes.read(printed, office_zone=config.embargo.zone, now=now):
        case Instant(utc, _, _, at_once):
            meant: set[datetime | None] = {None if at_once else utc}
        case Ask(candidates, _, _):
            meant = set(candidates)
        case Reject(reason, past, none):
            if None in wanted and not (past or none):
                raise MailerError(
                    f'the document says "{printed}", but it is queued with --immediate: {reason}'
                )
            return (f'the document says "{printed}": {reason}',)
    if not meant & wanted:
        theirs = " or ".join(_both(one, config) if one else "at once" for one in meant)
        ours = " and ".join(_both(one, config) if one else "--immediate" for one in wanted)
        raise MailerError(
            f'the document says "{printed}" ({theirs}), but it is queued with {ours}; '
            "correct one of them"
        )
    return ()


def _both(instant: datetime, config: Config) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ} = {say(instant, config.embargo.zone, 'en')}"
