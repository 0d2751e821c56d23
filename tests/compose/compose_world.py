"""The sample advisory in every language, as every kind that there is."""

from __future__ import annotations

from dataclasses import replace

from compose_sample import (
    ARABIC,
    ASHA,
    CLAIRE,
    ENGLISH,
    FRENCH,
    LAYLA,
    PICTURE,
    VERSION,
    dispatch,
    following,
)

from mailer.core.model import Contact, Dispatch, DispatchKind, Edition, Version

_SHORT = {
    "es": (
        "Cuatro de cada diez mareógrafos no registran las mareas más altas, según un estudio",
        "Cuatro de cada diez mareógrafos no registraron el nivel máximo del invierno pasado, según"
        " un [estudio](https://example.org/es) de 212 puertos.\n\n- 84 de 212 perdieron la señal.",
        "**Quién:** Mirela Osei\n\n**Cuándo:** martes 9 de febrero, 10:00\n\n**Dónde:** Port Ellan",
        "**Acerca de Lantern Coast Trust**\n\nUna organización independiente, fundada en 1961.",
    ),
    "de": (
        "Vier von zehn Hafenpegeln verpassen die höchsten Wasserstände, zeigt eine Erhebung",
        "Vier von zehn Pegeln haben den Höchststand des vergangenen Winters nicht aufgezeichnet,"
        " wie eine [Erhebung](https://example.org/de) in 212 Häfen ergab.\n\n"
        "> „Ein Pegel, der an jedem Tag außer dem einen funktioniert, ist Zierde.“",
        "**Wer:** Mirela Osei\n\n**Wann:** Dienstag, 9. Februar, 10:00\n\n**Wo:** Port Ellan",
        "**Über den Lantern Coast Trust**\n\nEine unabhängige Stiftung, gegründet 1961.",
    ),
    "pt": (
        "Quatro em cada dez marégrafos falham as marés mais altas, revela um estudo",
        "Quatro em cada dez marégrafos não registaram o nível máximo do inverno passado, segundo"
        " um [estudo](https://example.org/pt) de 212 portos.\n\n1. Um.\n2. Dois.",
        "**Quem:** Mirela Osei\n\n**Quando:** terça-feira, 9 de fevereiro\n\n**Onde:** Port Ellan",
        "**Sobre o Lantern Coast Trust**\n\nUma organização independente, fundada em 1961.",
    ),
    "it": (
        "Quattro mareografi su dieci mancano le maree più alte, secondo un’indagine",
        "Quattro mareografi su dieci non hanno registrato il livello massimo dello scorso inverno,"
        " secondo un’[indagine](https://example.org/it) in 212 porti.",
        "**Chi:** Mirela Osei\n\n**Quando:** martedì 9 febbraio, 10:00\n\n**Dove:** Port Ellan",
        "**Informazioni su Lantern Coast Trust**\n\nUn ente indipendente, fondato nel 1961.",
    ),
    "ru": (
        "Четыре из десяти мареографов пропускают самую высокую воду, показало исследование",
        "Четыре из десяти мареографов не записали наивысший уровень прошлой зимы, показало"
        " [исследование](https://example.org/ru) в 212 портах.\n\n- 84 из 212 потеряли сигнал.",
        "**Кто:** Мирела Осей\n\n**Когда:** вторник, 9 февраля, 10:00\n\n**Где:** Порт-Эллан",
        "**О фонде Lantern Coast Trust**\n\nНезависимая организация, основана в 1961 году.",
    ),
}
FACTS = {
    "en": "**Who:** Mirela Osei, head of coastal science\n\n**What:** The survey is presented, and"
    " a gauge is taken apart on camera\n\n**When:** Tuesday, 9 February 2027, 10:00\n\n"
    "**Where:** The old lifeboat house, [Port Ellan](https://example.org/map)\n\n"
    "**Interviews:** in English, French and Arabic; call first",
    "fr": "**Qui :** Mirela Osei\n\n**Quoi :** présentation de l’enquête\n\n"
    "**Quand :** mardi 9 février 2027, 10 h\n\n**Où :** Port Ellan",
    "ar": "**من:** ميريلا أوسي\n\n**ماذا:** عرض المسح\n\n**متى:** الثلاثاء 9 فبراير، 10:00\n\n"
    "**أين:** بورت إلان",
    **{language: facts for language, (_, _, facts, _) in _SHORT.items()},
}
ABOUT = {
    "en": "**Spokespeople**\n\nMirela Osei, in English and French.\n\n"
    "**About the Lantern Coast Trust**\n\nAn independent charity, founded in 1961.",
    "fr": "**À propos du Lantern Coast Trust**\n\nUne association indépendante, fondée en 1961.",
    "ar": "**نبذة عن Lantern Coast Trust**\n\nجمعية خيرية مستقلة تأسست عام 1961.",
    **{language: about for language, (_, _, _, about) in _SHORT.items()},
}
EDITIONS = {
    "en": ENGLISH,
    "fr": FRENCH,
    "ar": ARABIC,
    **{
        language: Edition(language, headline, body)
        for language, (headline, body, _, _) in _SHORT.items()
    },
}
ZONES = {
    "en": "Europe/London",
    "fr": "Europe/Paris",
    "es": "America/Mexico_City",
    "de": "Europe/Berlin",
    "pt": "America/Sao_Paulo",
    "it": "Europe/Rome",
    "ar": "Asia/Beirut",
    "ru": "Asia/Almaty",
}
READERS: dict[str, Contact] = {
    language: replace(
        {"fr": CLAIRE, "ar": LAYLA}.get(language, ASHA), language=language, timezone=zone
    )
    for language, zone in ZONES.items()
}
KINDS = (
    *("press release", "media advisory", "statement", "photo call"),
    *("release", "correction", "withdrawal", "embargo change", "embargo lifted", "invitation"),
)
"""What may be issued, as an advance copy; then what else a message may be."""


def version(kind: str) -> Version:
    """The advisory as something of this kind, in all languages, with a picture in its text."""
    issued = kind if kind in KINDS[:4] else "press release"
    factual = issued in ("media advisory", "photo call")
    editions = []
    for language, edition in EDITIONS.items():
        body = edition.body
        if factual:
            body = f"{FACTS[language]}\n\n{body.splitlines()[0]}"
        if issued == "photo call":
            body += f"\n\n![{edition.headline}](<{PICTURE.name}>)"
        notes = f"{edition.notes}\n\n{ABOUT[language]}".strip()
        editions.append(replace(edition, body=body, notes=notes))
    before: tuple[Edition, ...] = ()
    if kind == "correction":
        before = tuple(
            replace(edition, body=edition.body.replace("84", "48")) for edition in editions
        )
    return replace(
        VERSION, kind=issued, editions=tuple(editions), attachments=(PICTURE,), before=before
    )


def sent(kind: str, template: str = "national") -> Dispatch:
    """The dispatch of a message of this kind."""
    if kind in KINDS[:4]:
        return dispatch(template)
    if kind in ("release", "invitation"):
        return dispatch(template, DispatchKind(kind))
    if kind == "embargo lifted":
        return following(DispatchKind.EMBARGO_CHANGE, template, lifted=True)
    return following(DispatchKind(kind), template)
