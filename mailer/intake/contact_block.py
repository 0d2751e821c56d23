"""The contact block: who may be called, by name, post, address and telephone.

Pure rules. A number is kept only where its country is printed: E.164 is read, never made up. What
is no part of a contact is handed back for the notes, so that no word is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import phonenumbers
from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, ValidationResult

from mailer.core.model import Phone, PressContact, ReadWarning
from mailer.intake.blocks import Block, Line, plain
from mailer.intake.checks import EMAIL, warn
from mailer.intake.dates import dates_in
from mailer.intake.vocabulary import (
    CALL_TO,
    CONTACT_LEAD,
    EMAIL_LABEL,
    GLUE,
    ORGANISATION,
    PHONE_LABEL,
    PRESS_OFFICE,
    ROLE,
)

_NATIONAL = re.compile(r"(?<![\w+/])\(?\d[\d\s().\-–/]{5,20}\d(?![\w/])")
_PLAIN_NUMBER = re.compile(r"[1-9]\d+")  # a register's; nobody prints a telephone so, unlabelled
_HOURS = re.compile(r"^\d{4}\s*[-–]\s*\d{4}$")
_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_MAILTO = re.compile(r"\[([^\[\]]*)\]\(\s*mailto:([^)\s]*)[^)]*\)", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]*)\]\(\s*([^)\s]*)[^)]*\)")


@dataclass(frozen=True, slots=True)
class ContactBlock:
    """What a contact block held; `rest` are its lines that are no part of a contact."""

    contacts: tuple[PressContact, ...]
    rest: tuple[str, ...]
    warnings: tuple[ReadWarning, ...]


def has_data(block: Block, words: int = 90) -> bool:
    """Whether a block holds an address or a number, and is short enough to be a contact."""
    raw = " ".join(line.text for line in block.lines)
    if len(raw) > 1500 or len(raw.split()) > words:
        return False
    return bool(EMAIL.search(raw)) or any(
        piece.kind in ("phone", "national") for line in block.lines for piece in _pieces(line)
    )


def is_lead(block: Block) -> bool:
    """Whether a block begins the way contact blocks begin."""
    return bool(CONTACT_LEAD.match(plain(block.lines[0].text[:300])))


# --- pieces -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str  # "text", "body", "email", "phone", "national" or "line" (a line's end)
    text: str
    label: str = ""
    line: int = 0


def _pieces(line: Line) -> list[_Piece]:
    """One line cut into addresses, numbers and the text between them, in order."""
    text = _MAILTO.sub(lambda m: m[2] if m[2] in m[1] or not m[1] else f"{m[1]} {m[2]}", line.text)
    text = _LINK.sub(lambda m: m[1] if m[1] == m[2] else f"{m[1]} {m[2]}", text)
    text = re.sub(r"<(?:mailto:)?([^<>\s]+@[^<>\s]+)>", r" \1 ", text)
    text = plain(text)
    text = re.sub(
        r"(?<![\d+])(?<!\d[\s().-])00(?=[\s(]?[1-9]\d)", "+", text
    )  # ITU-T E.123's other way to say +
    spans = [
        (m.start(), m.end(), _Piece("email", m[0], line=line.number)) for m in EMAIL.finditer(text)
    ]
    taken = _blank(text, spans)
    spans += [
        (match.start, match.end, _phone(match.number, line.number))
        for match in PhoneNumberMatcher(taken, None, leniency=Leniency.POSSIBLE)
    ]
    taken = _blank(text, spans)
    dates = [(found.start, found.end) for found in dates_in(taken)]
    spans += [
        (m.start(), m.end(), _Piece("national", m[0].strip(" -–/."), line=line.number))
        for m in _NATIONAL.finditer(taken)
        if 7 <= sum(c.isdigit() for c in m[0]) <= 15
        and not _HOURS.match(m[0])
        and not (_PLAIN_NUMBER.fullmatch(m[0]) and not _labels(taken[: m.start()]))
        and not any(start < m.end() and m.start() < end for start, end in dates)
    ]
    pieces: list[_Piece] = []
    at = 0
    for start, end, piece in sorted(spans, key=lambda span: span[0]):
        pieces += [_Piece("text", text[at:start], line=line.number), piece]
        at = end
    return [*pieces, _Piece("text", text[at:], line=line.number)]


def _labels(before: str) -> bool:
    """Whether a text ends with the name of a telephone."""
    return bool(re.search(rf"\b{PHONE_LABEL}\s*[:.]?\s*$", before, re.IGNORECASE))


def _blank(text: str, spans: Sequence[tuple[int, int, _Piece]]) -> str:
    for start, end, _ in spans:
        text = text[:start] + "§" * (end - start) + text[end:]
    return text


def _phone(number: phonenumbers.PhoneNumber, line: int) -> _Piece:
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        printed = f"+{number.country_code} {number.national_number}"  # without its area code
        return _Piece("national", printed, line=line)
    extension = f"ext. {number.extension}" if number.extension else ""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return _Piece("phone", e164, extension, line)


_LABEL_AFTER = re.compile(r"^\s*\(([^()\d@]{1,40})\)")
_LABEL_AFTER_BARE = re.compile(
    rf"^\s*[-–]\s*((?:[A-Z]{{2,3}}\s)?{PHONE_LABEL})(?=\s*[,;|.]|\s*$)", re.I
)
_LABEL_BEFORE = re.compile(
    rf"(?:^|(?<=[\s,;|(/]))((?:\w[\w-]*\s+){{0,2}}{PHONE_LABEL}(?:\s*/\s*{PHONE_LABEL})?"
    rf"(?:\s*\([^()\d]{{1,20}}\)|\s+\w+)?)[\s.:]*\(?$",
    re.IGNORECASE,
)
_BARE_LABEL_BEFORE = re.compile(
    rf"(?:^|(?<=[\s,;|(/]))((?:(?:[A-Z]{{2}}|[A-Z][a-z]+)\s+)?(?i:{PHONE_LABEL}))\.?\s*\(?$"
)


def _labelled(pieces: list[_Piece]) -> list[_Piece]:
    """The labels printed before or after each number, moved from the text into its piece."""
    out = list(pieces)
    for at, piece in enumerate(out):
        if piece.kind not in ("phone", "national"):
            continue
        label = ""
        after = out[at + 1]
        if found := _LABEL_AFTER.match(after.text) or _LABEL_AFTER_BARE.match(after.text):
            label = found[1]
            out[at + 1] = _Piece("text", after.text[found.end() :], line=after.line)
        before = out[at - 1]
        segment_at = max(before.text.rfind(mark) for mark in ",;|") + 1
        segment = before.text[segment_at:]
        with_colon = segment.rstrip().endswith(":")
        found = (_LABEL_BEFORE if with_colon else _BARE_LABEL_BEFORE).search(segment)
        if found:
            words = re.sub(rf"^(?:{GLUE.pattern})\s+", "", found[1].strip(), flags=re.IGNORECASE)
            label = f"{words.strip(' .:')} {label}".strip()
            out[at - 1] = _Piece(
                "text", before.text[: segment_at + found.start()], line=before.line
            )
        label = " ".join(part for part in (label.strip(), piece.label) if part)
        out[at] = _Piece(piece.kind, piece.text, label, piece.line)
    return out


# --- contacts ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A contact being read."""

    name: str = ""
    role: str = ""
    organisation: list[str] = field(default_factory=list)
    email: str = ""
    phones: list[Phone] = field(default_factory=list)
    reached: bool = False  # an address or a number has been seen, kept or not
    full: bool = False  # another address follows: a name before it is another's

    def done(self) -> PressContact:
        mailbox = self.email.partition("@")[0].casefold()
        for body in self.organisation:
            # "Vogelwarte Havelland, Sabine Korthals, korthals@…": the address tells who is who.
            if _is_name(body) and body.split()[-1].casefold() in mailbox:
                if self.name and self.name.split()[-1].casefold() not in mailbox:
                    self.organisation[self.organisation.index(body)] = self.name
                    self.name = body
                break
        return PressContact(
            self.name, self.role, ", ".join(self.organisation), self.email, tuple(self.phones)
        )


def contacts_of(blocks: Sequence[Block], organisation: str = "") -> ContactBlock:
    """The contacts of these blocks. `organisation`, the issuer, is never taken for a person."""
    rest: list[str] = []
    warnings: list[ReadWarning] = []
    stream: list[_Piece] = []
    for block in blocks:
        for line in block.unwrapped():
            pieces = _labelled(_pieces(line))
            if all(piece.kind == "text" for piece in pieces) and _is_sentence(pieces[0].text):
                rest.append(pieces[0].text)
                continue
            *pieces, tail = _without_lead(pieces)
            if pieces:
                pieces[0] = replace(pieces[0], text=_name_first(pieces[0].text))
            sentences = re.split(r"(?<=[.!?])\s+", tail.text)
            rest += [text for text in sentences if _is_sentence(text)]
            left = " ".join(text for text in sentences if not _is_sentence(text))
            stream += [*pieces, replace(tail, text=left), _Piece("line", "")]
    contacts: list[_Open] = [_Open()]
    for at, piece in enumerate(stream):
        now = contacts[-1]
        if piece.kind == "text":
            reached_later = any(x.kind in ("email", "phone", "national") for x in stream[at + 1 :])
            if now.email and any(x.kind == "email" for x in stream[at + 1 :]):
                now.full = True
            for part in _parts(piece.text):
                now = _place(part, contacts, rest, organisation, starts=reached_later)
        elif piece.kind == "body":
            if now.reached:
                contacts.append(now := _Open())
            now.organisation.append(piece.text)
        elif piece.kind == "email":
            if now.email and now.email != piece.text:
                contacts.append(now := _Open())
            now.email, now.reached = piece.text, True
        elif piece.kind == "phone":
            now.reached = True
            if all(phone.number != piece.text for phone in now.phones):
                now.phones.append(Phone(piece.text, piece.label))
        elif piece.kind == "national":
            now.reached = True
            warnings.append(
                warn(
                    "phone-without-country",
                    piece.line,
                    f"{piece.text} has no country or area code and was left out; write it in full",
                )
            )
    found = [contact.done() for contact in contacts if contact.reached]
    for contact in contacts:
        if not contact.reached:
            rest += filter(None, [contact.name, contact.role, *contact.organisation])
    return ContactBlock(
        tuple(c for c in found if c != PressContact()), tuple(rest), tuple(warnings)
    )


def _is_sentence(text: str) -> bool:
    words = text.split()
    return not CONTACT_LEAD.match(text) and (
        len(words) > 12 or (len(words) > 5 and text.rstrip().endswith((".", "!", "؟", "?")))
    )


def _without_lead(pieces: list[_Piece]) -> list[_Piece]:
    """A line without its "For more information please contact:"."""
    text = pieces[0].text
    lead = CONTACT_LEAD.match(text)
    if not lead:
        return pieces
    office = PRESS_OFFICE.match(text)
    if office and not text[office.end() :].strip(" :,–—-"):
        return [_Piece("text", office[0], line=pieces[0].line), *pieces[1:]]
    call = CALL_TO.search(text)
    colon = text.find(":")
    if call:
        rest = text[max(call.end(), lead.end() * (call.start() == 0)) :].lstrip(" :,–—-")
        label = rest.partition(":")[0]
        if (
            ":" in rest
            and label[:1].islower()
            and not re.search(rf"\b{PHONE_LABEL}\b", label, re.I)
        ):
            rest = rest.partition(":")[2]
    elif colon >= 0:
        rest = text[colon + 1 :]
    elif len(pieces) == 1 and not re.search(r"[,–—|]", text):
        of = text[lead.end() :].strip()  # a heading: "Ufficio stampa Soprintendenza del Mare"
        return [_Piece("body" if of[:1].isupper() else "text", of if of[:1].isupper() else "")]
    else:
        rest = text[lead.end() :].lstrip(" ,:–—-")
    return [_Piece("text", rest, line=pieces[0].line), *pieces[1:]]


_LABEL_AND_NAME = re.compile(
    r"^\s*(?P<label>[^:,;|@\d]{2,60}):\s+(?P<name>[^:,;|@\d–—]{3,60}?)\s*(?=[,;|–—]|$)"
)


def _name_first(text: str) -> str:
    """ "Nairobi: Wanjiru Kamau, …": the place or body that a contact is named under, after them."""
    match = _LABEL_AND_NAME.match(text)
    if not match or ROLE.search(match["label"]) or _FIELD.match(match["label"]):
        return text
    name = match["name"]
    if len(name.split()) < 2 or ROLE.search(name) or not _is_name(name):
        return text
    return f"{name}, {match['label']}{text[match.end() :]}"


_SEPARATOR = re.compile(
    r"[,;|•·()\n\t،؛]|\s[–—-]+\s|\s/\s|:\s|:$"
    r"|(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bProf)(?<!\bSt)(?<!\b[A-Z])\.\s+(?=[A-Z])"
)
_GLUE_AT_ENDS = re.compile(
    rf"^(?:(?:{GLUE.pattern})(?=\s|$)\s*)+|(?:(?:^|(?<=\s))(?:{GLUE.pattern})\s*)+$", re.IGNORECASE
)
_FIELD = re.compile(rf"^(?:{EMAIL_LABEL}|{PHONE_LABEL}|name|nom|nombre|nome|имя|الاسم)\.?$", re.I)


def _parts(text: str) -> list[str]:
    parts = []
    for part in _SEPARATOR.split(_URL.sub(lambda m: f"|{m[0]}|", text)):
        bare = part.strip(" .:*_<>\"'")
        while (shorter := _GLUE_AT_ENDS.sub("", bare).strip(" .")) != bare:
            bare = shorter
        if re.search(r"\w", bare) and not _FIELD.match(bare):
            parts += [p for p in re.split(r"\s+(?:at|@)\s+(?=[A-Z])", bare) if p]
    return parts


_WHERE = re.compile(r"^(?:In|For|À|En|Pour|Para|Für|Em)\s+[^\W\d_]")


def _place(
    part: str, contacts: list[_Open], rest: list[str], organisation: str, *, starts: bool
) -> _Open:
    """Puts one part of a line where it belongs: name, post, body, or the rest."""
    now = contacts[-1]
    same = part.casefold() == organisation.casefold()
    if re.search(r"\d|@|https?:|www\.", part) or len(part.split()) > 12:
        rest.append(part)
        return now
    if same or (ORGANISATION.search(part) and not ROLE.search(part)):
        if now.name or now.role or not now.reached:
            now.organisation.append(part)
        else:
            rest.append(part)
        return now
    if _WHERE.match(part):
        if now.reached and starts:
            contacts.append(now := _Open())
        now.organisation.append(part)
        return now
    if ROLE.search(part):
        if now.reached and starts:
            contacts.append(now := _Open())
        if now.role:
            now.organisation.append(part)
        else:
            now.role = part
        return now
    if _is_name(part) and (not now.name or (now.reached and starts)):
        if now.name or (now.reached and starts and (now.role or now.organisation or now.full)):
            contacts.append(now := _Open())
        now.name = part
    elif (now.name or now.role) and not part[0].islower():
        now.organisation.append(part)
    else:
        rest.append(part)
    return now


_PARTICLE = re.compile(r"(?:van|von|der|den|de|la|le|du|da|dos|del|di|el|al|bin|ibn|zu|y|e)$", re.I)


def _is_name(part: str) -> bool:
    words = [word for word in part.split() if not _PARTICLE.match(word)]
    return 1 <= len(words) <= 5 and all(
        not word[0].islower() and word[0].isalpha() for word in words
    )
