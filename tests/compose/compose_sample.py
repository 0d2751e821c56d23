"""An invented advisory in three languages, and the people around it, for these tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from compose_offices import DESKS

from mailer.compose.message import Own
from mailer.compose.templates import Rendered, TemplateSet, render
from mailer.compose.view import notice
from mailer.core.model import (
    Attachment,
    Audience,
    Contact,
    Dispatch,
    DispatchKind,
    Edition,
    Embargo,
    Office,
    Version,
)

TEMPLATES = TemplateSet.load(Path(__file__).parents[2] / "templates")
LIFT = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)
EMBARGO = Embargo(LIFT, "Europe/London")
OFFICE = Office("Lantern Coast Trust", "press.example.org", "Europe/London")
SENT = datetime(2027, 2, 8, 9, 0, tzinfo=UTC)
MESSAGE_ID = "<lct-2027-004.1.wires.7f3a@press.example.org>"
OWN = Own(MESSAGE_ID)

ENGLISH = DESKS["en"].edition
FRENCH = Edition(
    "fr",
    "Quatre marégraphes sur dix manquent les plus hautes mers, selon une enquête",
    """\
Quatre marégraphes sur dix n’ont pas enregistré les plus hautes eaux de l’hiver dernier, selon
une enquête menée dans 212 ports et [publiée](https://example.org/fr/rapport) aujourd’hui.

- 84 appareils sur 212 ont perdu le courant ou le signal ;
- la réparation médiane a pris 19 jours.
""",
    subhead="La réparation médiane prend 19 jours",
    dateline="Port Ellan, le 9 février 2027",
)
ARABIC = Edition(
    "ar",
    "أربعة من كل عشرة مقاييس للمد في الموانئ تفوّت أعلى المياه",
    """\
أخفقت أربعة من كل عشرة مقاييس للمد والجزر في تسجيل أعلى مستوى للمياه في الشتاء الماضي، وفقًا
لمسح شمل 212 ميناءً [نُشر](https://example.org/ar/report) اليوم.

- فقد 84 مقياسًا من أصل 212 الطاقة أو الإشارة قرب الذروة؛
- استغرق الإصلاح الوسيط 19 يومًا.

> «المقياس الذي يعمل كل يوم إلا اليوم المهم ليس إلا زينة»، قالت ميريلا أوسي.
""",
    subhead="الإصلاح الوسيط يستغرق 19 يومًا",
    dateline="بورت إلان، 9 فبراير 2027",
    notes="صندوق ساحل الفنار جمعية خيرية مستقلة تأسست عام 1961.",
)
VERSION = Version(
    reference="LCT 2027/004",
    number=1,
    organisation="Lantern Coast Trust",
    kind="press release",
    date=date(2027, 2, 9),
    editions=(ENGLISH, FRENCH, ARABIC),
    contacts=DESKS["en"].people,
)
PICTURE = Attachment("marégraphe – Port Ellan.png", "image/png", bytes(range(256)) * 4)


def audience(name: str, language: str = "en") -> Audience:
    return Audience(
        name=name,
        template=name,
        language=language,
        sender="Lantern Coast Trust press office <press@press.example.org>",
        reply_to="Tomas Adeyemi <tomas@press.example.org>",
        timezone="Europe/London",
        advance=timedelta(hours=24),
    )


def dispatch(
    name: str = "national", kind: DispatchKind = DispatchKind.ADVANCE, language: str = "en"
) -> Dispatch:
    return Dispatch(audience(name, language), kind, SENT, EMBARGO)


LATER = Embargo(LIFT + timedelta(days=1, hours=9), "Europe/London")
WHY = "The count in paragraph 3 is **84**, not 48; see [the table](https://example.org/table)."


def following(kind: DispatchKind, name: str = "national", *, lifted: bool = False) -> Dispatch:
    """A correction, withdrawal or change of embargo after the sample's advance copy."""
    changed = kind is DispatchKind.EMBARGO_CHANGE
    return Dispatch(
        audience(name),
        kind,
        SENT + timedelta(hours=2),
        None if lifted else LATER if changed else EMBARGO,
        WHY,
        EMBARGO if changed else None,
    )


def rendering(
    templates: TemplateSet,
    version: Version,
    sent: Dispatch,
    reader: Contact,
    leave: str = "",
    agreement: str = "",
) -> Rendered:
    """A copy as it is rendered at its dispatch's instant."""
    pages = {"leave": leave, "agreement": agreement}
    embargoed = sent.embargoed(sent.instant)
    return render(templates, version, sent, reader, OFFICE, embargoed=embargoed, **pages)


def notice_of(version: Version, sent: Dispatch, reader: Contact) -> tuple[str, ...]:
    """The notice that such a copy must carry."""
    return notice(version, sent, reader, embargoed=sent.embargoed(sent.instant))


ASHA = Contact(
    "asha.rao@example.net", "Asha Rao", "The Harbour Times", "en", "Asia/Kolkata", (), True
)
CLAIRE = replace(
    ASHA, email="claire@example.net", name="Claire Évrard", language="fr", timezone="Europe/Paris"
)
LAYLA = replace(
    ASHA, email="layla@example.net", name="ليلى حداد", language="ar", timezone="Asia/Beirut"
)
