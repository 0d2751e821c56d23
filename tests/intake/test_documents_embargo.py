"""No document that prints an embargo is read as if it printed none, however it does."""

import pytest

from mailer.core.model import Draft
from mailer.intake.documents import parse

HEADLINE = "Harbour of Kestria closed for the first time in forty years"
TEXT = (
    "The harbour of Kestria was closed this morning for the first time in forty years, and the"
    " boats stayed out at sea until the evening tide, the Harbour Institute said."
)
CONTACT = "Contact: Ada Brown, ada@harbour.example, +44 20 7946 0123"
PLACES = {
    "at the head": "{}\n\nHarbour Institute\n\nPRESS RELEASE\n\n{headline}\n\n{text}\n\n{contact}",
    "above the headline": "Harbour Institute\n\nPRESS RELEASE\n\n{}\n\n{headline}\n\n{text}",
    "under the headline": "Harbour Institute\n\nPRESS RELEASE\n\n{headline}\n\n{}\n\n{text}",
    "beside the kind": "Harbour Institute\n\nPRESS RELEASE – {}\n\n{headline}\n\n{text}",
    "in the text": "{headline}\n\n{text} Figures follow. {}. They are free to use.\n\n{contact}",
    "in the notes": "{headline}\n\n{text}\n\nENDS\n\nNotes to editors\n\n1. A note. {}\n",
    "under the contact": "{headline}\n\n{text}\n\n{contact}\n{}",
}
LINES = (
    "EMBARGOED UNTIL 00:01 GMT ON 9 MARCH 2027",
    "EMBARGO – NOT FOR PUBLICATION OR BROADCAST BEFORE 0001 HOURS TUESDAY 9 MARCH 2027",
    "Not for publication, broadcast or use on social media before 9 March 2027, 22:30",
    "Please do not publish before 9 March 2027 at 10:00 GMT",
    "To be released on 9 March 2027 at 10:00 GMT",
    "Confidential until 9 March 2027, 10:00 GMT",
    "For publication on or after 9 March 2027",
    "Release time: 09:00 GMT, 9 March 2027",
    "NOT FOR IMMEDIATE RELEASE – EMBARGOED UNTIL 9 MARCH 2027 10:00 GMT",
    "Check against delivery – embargoed until delivery",
    "Emargoed until 00:01 GMT, 9 March 2027",
    "Diffusion interdite avant le 9 mars 2027 à 10h",
    "Publication autorisée à partir du 9 mars 2027, 10h",
    "Prohibida su difusión antes del 9 de marzo de 2027 a las 10:00",
    "Zur Veröffentlichung frei ab 9. März 2027, 10:00 Uhr",
    "Bitte beachten Sie die Sperrfrist: 9. März 2027, 10:00 Uhr",
    "Es gilt das gesprochene Wort. Sperrfrist: Redebeginn",
    "Não publicar antes de 9 de março de 2027, 10h",
    "Da non pubblicare prima del 9 marzo 2027, ore 10",
    "Информация под эмбарго до 9 марта 2027 года",
    "يُحظر النشر حتى الساعة 10:00 صباحاً بتوقيت القاهرة، الثلاثاء 9 مارس 2027",
    "ممنوع النشر قبل 9 مارس 2027",
)


def draft(document: str, line: str) -> Draft:
    text = document.format(line, headline=HEADLINE, text=TEXT, contact=CONTACT)
    return parse("release.txt", text.encode())


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("place", PLACES)
def test_never_an_embargo_missed_and_never_taken_for_the_headline(place: str, line: str) -> None:
    found = draft(PLACES[place], line)
    warned = "embargo-unread" in {warning.code for warning in found.warnings}
    assert found.embargo_line == line or warned
    assert found.headline == HEADLINE


@pytest.mark.parametrize("place", [*PLACES][:4])
def test_a_line_of_the_masthead_is_the_embargo_as_it_is_printed(place: str) -> None:
    assert [draft(PLACES[place], line).embargo_line for line in LINES] == list(LINES)


def test_never_an_embargo_missed_because_another_line_says_immediate() -> None:
    found = draft(f"FOR IMMEDIATE RELEASE\n\n{PLACES['in the text']}", LINES[0])
    assert "embargo-unread" in {warning.code for warning in found.warnings}


@pytest.mark.parametrize(
    "news",
    [
        "The arms embargo was imposed on 9 March 2017 by the Security Council",
        "The oil embargo until 2027 was a mistake, it said in 2026",
        "The EU will lift its embargo on timber on 9 March 2027",
        "The film is to be released on 9 March 2027 in forty countries",
        "The report will be published on 9 March 2027",
        "Sin embargo, el Gobierno no ha respondido desde el 9 de marzo de 2026",
    ],
)
def test_news_of_embargoes_and_releases_stays_in_the_text(news: str) -> None:
    found = draft(PLACES["in the text"], news)
    assert (found.embargo_line, news in found.body) == ("", True)
    assert "embargo-unread" not in {warning.code for warning in found.warnings}
