"""House styles that hide the embargo: a forwarded mail, a broken line, a banner, no blank lines."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.core.embargo import Instant, read
from mailer.core.model import Draft
from mailer.intake.documents import parse

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
LIFT = datetime(2026, 3, 3, 0, 1, tzinfo=UTC)
TEXT = (
    "A water board was fined two million pounds on Monday for letting sewage into a river for"
    " eleven days last summer."
)


def draft_of(text: str, name: str = "release.txt") -> Draft:
    return parse(name, text.encode())


def codes(draft: Draft) -> set[str]:
    return {warning.code for warning in draft.warnings}


def lift_of(draft: Draft) -> datetime | None:
    if not draft.embargo_line:
        return None
    got = read(draft.embargo_line, office_zone="Europe/London", now=NOW)
    return got.utc if isinstance(got, Instant) else None


@pytest.mark.parametrize(
    "head",
    [
        "EMBARGOED UNTIL 00:01 GMT, TUESDAY 3 MARCH 2026",
        "EMBARGOED UNTIL\n00:01 GMT\nTUESDAY 3 MARCH 2026",
        "*** STRICT EMBARGO *** 00:01 GMT, Tuesday 3 March 2026 ***",
        "Embargo lifts: 00:01 GMT, Tuesday 3 March 2026",
        "MEDIA RELEASE – UNDER EMBARGO UNTIL 00:01 GMT TUESDAY 3 MARCH 2026",
        "Información embargada hasta las 00:01 GMT del martes 3 de marzo de 2026",
        "Embargada hasta las 00:01 GMT del martes 3 de marzo de 2026",
        "Notizia sotto embargo fino alle 00:01 GMT del 3 marzo 2026",
    ],
)
def test_the_embargo_is_read_and_is_no_headline(head: str) -> None:
    draft = draft_of(f"{head}\n\nWater board fined\n\n{TEXT}\n\nENDS\n")
    assert draft.headline == "Water board fined"
    assert lift_of(draft) == LIFT, draft.embargo_line
    assert draft.body == TEXT


def test_a_masthead_without_blank_lines_is_told_from_the_text() -> None:
    draft = draft_of(
        f"PRESS RELEASE\nEMBARGO: 00:01 GMT, 3 March 2026\nWater board fined\n{TEXT}\nENDS\n"
    )
    assert (draft.kind, draft.headline, draft.body) == ("press release", "Water board fined", TEXT)
    assert lift_of(draft) == LIFT


FORWARDED = f"""---------- Forwarded message ---------
From: Press Office <press@example.org>
Date: Mon, 2 Mar 2026 at 14:03
Subject: Fwd: Water board fined
To: newsdesk@example.com

> EMBARGO: 00:01 GMT, 3 March 2026
>
> Water board fined
>
> {TEXT}
>
> ENDS
"""


def test_a_forwarded_mail_is_read_without_its_header_lines() -> None:
    draft = draft_of(FORWARDED)
    assert draft.headline == "Water board fined"
    assert draft.body == TEXT
    assert lift_of(draft) == LIFT
    assert "mail-header" in codes(draft)
    said = next(w.message for w in draft.warnings if w.code == "mail-header")
    assert "press@example.org" in said


def test_an_embargo_in_a_subject_is_not_lost_with_it() -> None:
    draft = draft_of(
        f"Subject: FW: EMBARGOED 00:01 GMT 3 March 2026\n\nWater board fined\n\n{TEXT}"
    )
    assert lift_of(draft) == LIFT


def test_header_lines_alone_do_not_make_a_mail() -> None:
    draft = draft_of(f"From: the Water Ministry\n\nWater board fined\n\n{TEXT}\n")
    assert "mail-header" not in codes(draft)


def test_an_embargo_that_was_not_read_is_warned_of() -> None:
    table = "| Embargo | 00:01 GMT, 3 March 2026 |\n| --- | --- |"
    draft = draft_of(f"# Water board fined\n\n{table}\n\n{TEXT}\n", "release.md")
    assert not draft.embargo_line
    assert "embargo-unread" in codes(draft)


def test_an_embargo_in_brackets_is_no_part_of_the_headline() -> None:
    draft = draft_of(
        f"PRESS RELEASE\n\nWater board fined (EMBARGOED until 00:01 GMT 3 March 2026)\n\n{TEXT}\n"
    )
    assert (draft.headline, lift_of(draft)) == ("Water board fined", LIFT)


def test_an_embargo_of_goods_is_not_warned_of() -> None:
    draft = draft_of(
        "PRESS RELEASE\n\nTrade embargo on timber lifted\n\nThe embargo on timber was lifted on 3"
        " March 2026, the ministry said. Embargoed goods may be imported again.\n"
    )
    assert "embargo-unread" not in codes(draft)


def test_a_sentence_with_an_address_is_text_and_no_contact() -> None:
    asks = "Media wishing to attend should register with press@example.org by noon on Wednesday."
    draft = draft_of(
        f"MEDIA ADVISORY\n\nNew lifeboat station\n\nWHAT: Opening\nWHEN: 5 March 2026\n\n{asks}\n\n"
        "Media contact: Fiona Mackay, +44 1496 555010\n"
    )
    assert asks in draft.body
    assert [contact.name for contact in draft.contacts] == ["Fiona Mackay"]


def test_a_heading_is_the_headline_though_its_words_come_again() -> None:
    draft = draft_of(
        "# Bats are back\n\nPRESS RELEASE\n\nBats are back in the belfry of Ely, where nobody had"
        " seen one since the war, the Bat Society said.\n",
        "release.md",
    )
    assert draft.headline == "Bats are back"
    assert draft.body.startswith("Bats are back in the belfry")


FRENCH = """COMMUNIQUÉ DE PRESSE

Sous embargo jusqu'au mardi 3 mars 2026 à {}, heure de Paris

# Chauves-souris

Les chauves-souris sont de retour dans le clocher d'Ely, a annoncé la société.

Contact : Jean, {}
"""


@pytest.mark.parametrize(
    ("hour", "email", "said"),
    [
        ("1h01", "ann@example.org", []),
        ("18h30", "ann@example.org", ["embargo"]),
        ("1h01", "jean@example.fr", ["contacts"]),
        ("18h30", "jean@example.fr", ["embargo", "contacts"]),
    ],
)
def test_what_an_edition_says_otherwise_is_never_dropped_in_silence(
    hour: str, email: str, said: list[str]
) -> None:
    head = "PRESS RELEASE\n\nEmbargo: 00:01 GMT, 3 March 2026\n\n# Bats"
    original = f"{head}\n\n{TEXT}\n\nContact: Ann, ann@example.org\n"
    draft = parse("a.md", original.encode(), {"fr": FRENCH.format(hour, email)})
    found = [w.message for w in draft.warnings if w.code == "edition-differs"]
    assert [word in message for word, message in zip(said, found, strict=True)] == [True] * len(
        said
    )


words = st.sampled_from("river board water fine judge court lamp bat owl harbour gauge".split())  # noqa: SIM905
sentences = st.lists(words, min_size=6, max_size=30).map(
    lambda found: f"{' '.join(found).capitalize()}."
)


@settings(derandomize=True)
@given(
    paragraphs=st.lists(sentences, min_size=1, max_size=6, unique=True),
    head=st.sampled_from(["PRESS RELEASE\n\n", "", "EMBARGO: 00:01 GMT, 3 March 2026\n\n"]),
    blank=st.sampled_from(["\n\n", "\n"]),
    mark=st.sampled_from(["", "> "]),
    mail=st.booleans(),
)
def test_no_sentence_is_lost(
    paragraphs: list[str], head: str, blank: str, mark: str, mail: bool
) -> None:
    text = f"{head}Water board fined\n\n{blank.join(paragraphs)}\n"
    if mail:
        text = "\n".join(mark + line for line in text.split("\n"))
        text = f"From: A <a@example.org>\nTo: b@example.org\nSubject: News\n\n{text}"
    draft = draft_of(text)
    kept = f"{draft.headline} {draft.subhead} {draft.body} {draft.notes}"
    flat = " ".join(re.sub(r"[>\\]", " ", kept).split())
    assert all(paragraph in flat for paragraph in paragraphs)
