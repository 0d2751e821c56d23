"""The parts of a text that have a place of their own in a message, by the field's conventions.

A media advisory and a photo call begin with their facts: who, what, when, where, interviews. The
boilerplate ("About Harbour Watch") and the spokespeople stand after the end of the text. They are
recognised by how people write them; what is not recognised stays where it stands, and no word is
added, changed or lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mailer.core.model import Edition

FACTUAL = ("media advisory", "photo call")
"""The kinds that begin with facts."""

_LABELS = frozenset(
    label.replace("\n", " ")
    for label in re.split(
        r",\s+",
        """who, what, when, where, why, how, date, time, venue, location, interview, interviews,
speakers, spokespeople, available for interview, interview opportunities, photographs, photo
opportunity, photo opportunities, pictures, visuals, filming, access, accreditation,
registration, rsvp, to attend, qui, quoi, quand, où, pourquoi, comment, lieu, heure,
entretiens, intervenants, images, accréditation, quién, quiénes, qué, cuándo, dónde, por
qué, cómo, fecha, hora, lugar, entrevistas, portavoces, imágenes, acreditación, wer, was,
wann, wo, warum, wie, ort, datum, zeit, gespräche, sprecher, bilder, akkreditierung,
anmeldung, quem, o quê, quê, quando, onde, porquê, como, data, local, porta-vozes, imagens,
acreditação, chi, cosa, che cosa, dove, perché, come, luogo, ora, interviste, portavoce,
immagini, accrediti, من, ماذا, متى, أين, لماذا, كيف, المكان, التاريخ, الوقت, المقابلات,
المتحدثون, الصور, الاعتماد, التسجيل, кто, что, когда, где, почему, как, место, дата, время,
интервью, спикеры, съёмка, съемка, аккредитация""",
    )
)
"""How facts are labelled, in the languages of `model.LANGUAGES`."""

_FACT_RE = re.compile(
    r"(?:[-*+][ \t]+)?(?:(?P<mark>\*\*|__)(?P<bold>[^*_:?\n]{1,40})[:?]?(?P=mark)[ \t\xa0]*:?"
    r"|(?P<bare>[^\W\d_][^*_:?\n]{0,40})[:?])[ \t\xa0]*(?P<words>.*)"
)
_HEADING_RE = re.compile(r"#{1,6}[ \t]+(.+)|\*\*([^*]+)\*\*[ \t]*|__([^_]+)__[ \t]*")
_ABOUT_RE = re.compile(
    r"(?:about|à propos|acerca de|sobre|über|informazioni su|chi siamo|chi è|نبذة عن|حول|о|об)\b",
    re.IGNORECASE,
)
_SPEAKERS_RE = re.compile(
    r"(?:spokes(?:people|persons?)|available for interview|interviews?|porte-parole|portavoces?"
    r"|entretiens?|entrevistas?|sprecher(?:in(?:nen)?)?|interviewpartner(?:in(?:nen)?)?|porta-vozes"
    r"|interviste|المتحدثون|المقابلات|спикеры|интервью)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of an advisory: its label as it was written, without marks; its words, Markdown."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Sections:
    """A text in its parts, all Markdown; empty where there is none."""

    facts: tuple[Fact, ...]
    body: str
    notes: str
    spokespeople: str
    boilerplate: str


@lru_cache(maxsize=128)
def sections(edition: Edition, kind: str) -> Sections:
    """The parts of an edition's text; `kind` is the advisory's."""
    facts: tuple[Fact, ...] = ()
    body = edition.body
    if kind in FACTUAL:
        facts, body = _facts(body)
    kept: list[str] = []
    about: list[str] = []
    speakers: list[str] = []
    for heading, section in _sections(edition.notes):
        if _ABOUT_RE.match(heading):
            about.append(section)
        elif _SPEAKERS_RE.match(heading):
            speakers.append(section)
        else:
            kept.append(section)
    return Sections(facts, body, _joined(kept), _joined(speakers), _joined(about))


def _facts(body: str) -> tuple[tuple[Fact, ...], str]:
    """The facts among the lines of a text, and the rest of it. One alone is only a sentence."""
    facts: list[tuple[str, list[str]]] = []
    rest: list[str] = []
    inside = False
    for line in body.split("\n"):
        found = _FACT_RE.fullmatch(line)
        label = ((found["bold"] or found["bare"]) if found else "").strip()
        if found and label.casefold() in _LABELS:
            facts.append((label, [found["words"].rstrip("\\ ")]))
            inside = True
        elif inside and line.strip() and not line.lstrip().startswith(("#", ">", "|", "- ", "* ")):
            facts[-1][1].append(line.strip().rstrip("\\ "))
        else:
            inside = False
            rest.append(line)
    if len({label.casefold() for label, _ in facts}) < 2:
        return (), body
    told = tuple(Fact(label, "\n".join(words).strip()) for label, words in facts)
    return told, _joined(["\n".join(rest)])


def _sections(text: str) -> list[tuple[str, str]]:
    """The text cut at its headings, each part with its heading's words; the first may have none."""
    cut: list[tuple[str, list[str]]] = [("", [])]
    before = ""
    for line in text.split("\n"):
        heading = _HEADING_RE.fullmatch(line)
        if heading and not before.strip():
            cut.append((next(word for word in heading.groups() if word).strip(" \t#"), []))
        cut[-1][1].append(line)
        before = line
    return [(heading, "\n".join(lines)) for heading, lines in cut]


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())
