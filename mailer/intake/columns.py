"""Which column of a list is which, whatever the office or its address book calls it. Pure.

A header's letters and digits alone are compared: "E-Mail", "e_mail" and "Email:" are one word,
and accents do not count. "Outlet / Média" is read if both words mean one column, and what stands
in brackets is left out: "E-mail (work)". A word stands for one column or for none: "Embargo" alone
does not say that anybody has accepted one, and what brackets add to an acceptance may take it back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

COLUMNS = (
    "email",
    "name",
    "outlet",
    "language",
    "timezone",
    "tags",
    "embargo_accepted",
    "verified",
)
"""What a list may say of a contact. Only the first is required."""

MOST = 1000
"""Columns in which a header is looked for."""

GIVEN, MIDDLE, FAMILY, NO_MAIL = "given", "middle", "family", "no mail"

# The better word first: where two columns say the same, the one of the earlier word is read.
_WORDS = {
    "email": (
        "email, e-mail address, email addresses, primary email, work email, business email, "
        "e-mail 1 - value, e-mail 1, contact email, mail, emails, courriel, adresse e-mail, "
        "adresse courriel, adresse électronique, adresse de messagerie, adresse mail, "
        "première adresse électronique, mél, e-mail-adresse, primäre e-mail-adresse, mailadresse, "
        "correo electrónico, correo, correo-e, dirección de correo electrónico, "
        "correio eletrónico, correio electrónico, endereço de e-mail, "
        "endereço de correio eletrónico, posta elettronica, indirizzo e-mail, "
        "indirizzo di posta elettronica, indirizzo posta elettronica, электронная почта, "
        "эл. почта, адрес электронной почты, электронный адрес, почта, البريد الإلكتروني, "
        "بريد إلكتروني, البريد, عنوان البريد الإلكتروني, الإيميل, إيميل"
    ),
    "name": (
        "name, full name, contact name, display name, person, contact, contact person, "
        "journalist, nom complet, nom et prénom, nom prénom, prénom et nom, prénom nom, "
        "nom à afficher, nom, journaliste, vollständiger name, vor- und nachname, "
        "vor- und zuname, vorname nachname, anzeigename, journalist/in, ansprechpartner, "
        "ansprechpartnerin, nombre completo, nombre y apellidos, nombre, periodista, "
        "nome completo, nome e cognome, nome, jornalista, giornalista, ФИО, полное имя, "
        "имя и фамилия, имя, журналист, الاسم الكامل, الاسم, اسم, اسم الصحفي, الصحفي"
    ),
    GIVEN: (
        "first name, given name, contact first name, forename, prénom, vorname, nombre de pila, "
        "primer nombre, primeiro nome, nome próprio, الاسم الأول"
    ),
    MIDDLE: (
        "middle name, additional name, deuxième prénom, weitere vornamen, zweiter vorname, "
        "segundo nombre, nome do meio, secondo nome, отчество"
    ),
    FAMILY: (
        "last name, surname, contact last name, family name, nom de famille, nachname, "
        "familienname, zuname, apellidos, apellido, apelido, sobrenome, último nome, cognome, "
        "фамилия, اسم العائلة, اللقب"
    ),
    "outlet": (
        "outlet, outlet name, outlets, media outlet, publication, publication name, newspaper, "
        "medium, media, media name, news organisation, news organization, organisation, "
        "organization, organization name, organization 1 - name, organisation name, company, "
        "company name, employer, média, médias, titre de presse, journal, rédaction, société, "
        "entreprise, organisme, zeitung, redaktion, firma, unternehmen, medio de comunicación, "
        "medio, periódico, redacción, organización, empresa, veículo, veículo de comunicação, "
        "meio de comunicação, jornal, redação, organização, testata, giornale, redazione, "
        "organizzazione, azienda, società, издание, СМИ, редакция, газета, организация, компания, "
        "وسيلة الإعلام, الوسيلة الإعلامية, المؤسسة الإعلامية, المؤسسة, الصحيفة, الجهة, الشركة"
    ),
    "language": (
        "language, languages, lang, preferred language, langue, sprache, idioma, lengua, língua, "
        "lingua, язык, اللغة, لغة"
    ),
    "timezone": (
        "timezone, tz, fuseau horaire, fuseau, zeitzone, zona horaria, huso horario, "
        "fuso horário, fuso orario, часовой пояс, المنطقة الزمنية"
    ),
    "tags": (
        "tags, tag, categories, étiquettes, catégories, schlagwörter, kategorien, etiquetas, "
        "categorías, categorie, etichette, теги, категории, الوسوم, الفئات"
    ),
    "embargo_accepted": (
        "embargo accepted, embargo accepted (y/n), embargo accepted (yes/no), "
        "embargo accepted on, accepted embargo, accepts embargo, embargo agreed, embargo accepté, "
        "embargo accepté le, embargo accepté (oui/non), accepte l'embargo, a accepté l'embargo, "
        "embargo akzeptiert, sperrfrist akzeptiert, sperrfrist akzeptiert (ja/nein), "
        "sperrfrist angenommen, akzeptiert sperrfrist, embargo aceptado, acepta el embargo, "
        "acepta embargo, embargo aceito, embargo aceite, aceita o embargo, aceita embargo, "
        "embargo accettato, accetta l'embargo, accetta embargo, эмбарго принято, принял эмбарго, "
        "قبول الحظر, قبل الحظر"
    ),
    "verified": (
        "verified, last verified, last checked, vérifié, vérifié le, geprüft, geprüft am, "
        "verificado, verificato, проверено, تم التحقق"
    ),
    NO_MAIL: (
        "no mail, unsub time, unsubscribe time, clean time, désabonné, désinscrit, "
        "ne pas contacter, abgemeldet, nicht kontaktieren, dado de baja, no contactar, "
        "descadastrado, não contactar, disiscritto, non contattare, отписан, не писать"
    ),
}
_NO_MAIL_IN = re.compile("unsubscribed|opt(ed)?out|donot(contact|e?mail)|bl(ock|ack)listed")
_BESIDE = re.compile(r"[/|\n]| [-–—] ")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^][]*\]")


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[:200].casefold())
    return "".join(char for char in plain if char.isalnum())


_MEANS = {
    _letters(word): (column, rank)
    for column, words in _WORDS.items()
    for rank, word in enumerate(words.split(","))
}


def _meaning(header: str) -> tuple[str, int]:
    """The column that a header means ("": none), and how good its word is (0: the best)."""
    letters = _letters(header)
    if letters in _MEANS:
        return _MEANS[letters]
    if _NO_MAIL_IN.search(letters):
        return NO_MAIL, 0
    words = [_MEANS.get(_letters(word), ("", 0)) for word in _BESIDE.split(header[:200])]
    if len(words) > 1 and len({column for column, _ in words}) == 1:
        return words[0]
    bare = _MEANS.get(_letters(_BRACKETS.sub("", header[:200])), ("", 0))
    return bare if bare[0] != "embargo_accepted" else ("", 0)


class TwoColumnsError(ValueError):
    """Two columns that mean one thing by the same word; `args` are their headers."""


class Layout(NamedTuple):
    """Where each of COLUMNS stands in a row of `width` cells; `width` itself: nowhere.

    `parts`: the given, middle and family names, read where there is no whole name. `no_mail`:
    where it stands who wants no mail, and how each is called. `unread`: headers that mean nothing
    here, or that another column says.
    """

    width: int
    places: tuple[int, ...]
    parts: tuple[int, ...]
    no_mail: tuple[tuple[int, str], ...]
    unread: tuple[str, ...]

    def name(self, cells: Sequence[str]) -> str:
        """The name in a row of (at least `width` + 1) cells, from its parts if need be."""
        whole = cells[self.places[1]].strip()
        parts = [cells[part].strip() for part in self.parts]
        if whole or not parts:
            return whole
        *before, family = parts  # which may be the whole name, under "Name" beside "First name"
        said = family.split()
        return " ".join([*(part for part in before if part and part not in said), *said])


def layout(cells: Sequence[str]) -> Layout | None:
    """What the columns of a header are; None if none of them is for the addresses.

    Raises TwoColumnsError if two columns with the same name could be meant.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for place, cell in enumerate(cells[:MOST]):
        column, rank = _meaning(cell)
        found.setdefault(column, []).append((rank, place))
    no_mail = tuple((place, cells[place].strip()) for _, place in found.pop(NO_MAIL, ()))
    found.pop("", None)
    if "email" not in found:
        return None
    for places in found.values():
        (best, place), (rank, other), *_ = [*sorted(places), (-1, 0)]
        if best == rank:
            raise TwoColumnsError(cells[place].strip(), cells[other].strip())
    width = len(cells)
    at = {column: min(places)[1] for column, places in found.items()}
    # "Vorname, Name" and "Nome, Cognome": a name beside one half of it is the other half.
    halves = (GIVEN in at, FAMILY in at)
    if "name" in at and any(halves) and not all(halves):
        at[FAMILY if GIVEN in at else GIVEN] = at.pop("name")
    read = {*at.values(), *(place for place, _ in no_mail)}
    return Layout(
        width,
        tuple(at.get(column, width) for column in COLUMNS),
        tuple(at[part] for part in (GIVEN, MIDDLE, FAMILY) if part in at),
        no_mail,
        tuple(cell.strip() for n, cell in enumerate(cells) if n not in read and cell.strip()),
    )


def names_addresses(cell: str) -> bool:
    """Whether this is the header of a column of addresses."""
    return _meaning(cell)[0] == "email"
