"""A text that came as a mail that was forwarded: its header lines and its marks of quotation.

Pure rules. What is taken off is said in a warning, so that nothing goes unseen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailer.core.model import ReadWarning
from mailer.intake.blocks import Line
from mailer.intake.checks import snippet, warn

_HEADER = re.compile(
    r"^\s{0,3}(?P<name>from|to|cc|date|sent|subject|reply-to|de|à|objet|envoyé|para|asunto|enviado|von"
    r"|an|gesendet|betreff|datum|da|oggetto|inviato|assunto|от|кому|тема|дата|من|إلى|الموضوع)\s*:\s+\S",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^\s*(?:subject|objet|asunto|betreff|oggetto|assunto|тема|الموضوع)\s*:\s*(?:(?:fwd?|re|wg|aw|tr"
    r"|rv|i|enc)\s*:\s*)*(?P<value>.*\S)",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"^\s*[-_>*= ]{2,}.{0,40}[-_>*= ]{2,}\s*$|^\s*begin forwarded message:\s*$", re.I
)
_QUOTED = re.compile(r"^\s{0,3}>\s?")


def unwrapped(lines: Sequence[Line]) -> tuple[tuple[Line, ...], list[ReadWarning]]:
    """The lines without a mail's header lines and quotation marks, and what was taken off.

    A header is its subject or two more lines of it; a subject that speaks of an embargo stays.
    """
    kept = [line for line in lines if line.text.strip()]
    at = 0
    while at < len(kept) and _MARK.match(kept[at].text):
        at += 1
    headers = at
    while headers < len(kept) and _HEADER.match(kept[headers].text):
        headers += 1
    if headers - at < 2 and not (headers > at and _SUBJECT.match(kept[at].text)):
        return tuple(lines), []
    taken = kept[:headers]
    last = taken[-1].number
    rest = [line for line in lines if line.number > last]
    said = [line for line in taken if (subject := _SUBJECT.match(line.text)) and _tells(subject[1])]
    quoted = [line for line in rest if _QUOTED.match(line.text)]
    if len(quoted) * 2 > len([line for line in rest if line.text.strip()]):
        rest = [Line(line.number, _QUOTED.sub("", line.text, count=1)) for line in rest]
    shown = "; ".join(snippet(line.text) for line in taken[at:])
    found = warn("mail-header", taken[0].number, f"a mail's own lines were left out: {shown}")
    first = [Line(line.number, _SUBJECT.match(line.text)["value"]) for line in said]  # type: ignore[index]
    blank = [Line(last, "")] if first else []
    return (*first, *blank, *rest), [found]


def _tells(subject: str) -> bool:
    return bool(re.search(r"embarg|sperrfrist|эмбарго|حظر|محظور", subject, re.IGNORECASE))
