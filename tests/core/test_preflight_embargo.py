"""A text must not say another embargo than the one that is set, and may speak of embargoes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core.embargo import say
from mailer.core.embargo.said import MOST_READ
from mailer.core.model import LANGUAGES, Embargo
from mailer.core.preflight.finding import Finding, Piece
from mailer.core.preflight.statements import Setting, look

LIFT = Embargo(datetime(2027, 2, 9, 0, 1, tzinfo=UTC), "Europe/London")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SETTING = Setting((LIFT,), "Europe/London", NOW)
IMMEDIATE = Setting((None,), "Europe/London", NOW)


def findings(text: str, setting: Setting = SETTING, language: str = "en") -> list[Finding]:
    return list(look(Piece("text", language, text), setting))


@pytest.mark.parametrize(
    "text",
    [
        "Embargoed until 00:01 GMT on 10 February 2027",
        "Embargoed until 00:01 GMT on 9 February 2026",
        "Embargoed until 00:01 GMT on 9 October 2013",
        "**EMBARGO:** 00:01 GMT, Wednesday 10 February 2027",
        "NEWS EMBARGO: 00:01 EST, 9 February 2027",
        "EMBARGO\n\n00:01 GMT, 10 February 2027",
        "Embargoed until 6 a.m. Tuesday 9 February 2027. Call us.",
        "Embargoed until\n6 a.m. GMT, 9 February 2027\nContact: Jane",
        "Embargoed until 11:00 GMT, 9 Feb. 2027. Press conference at 00:01 GMT, 9 February 2027.",
        "Not for publication before 10:00 GMT, 9 February 2027. Interviews 10:00 GMT.",
        "Not for broadcast or publication before 10:00 GMT, 9 February 2027",
        "No use before 10:00 GMT, 9 February 2027",
        "The embargo lifts at 11:00 GMT on 9 February 2027.",
        "This release is under strict embargo until 09:00 GMT on Tuesday 9 February",
        "Embargoed until 00:01 GMT 9 February 2026 for all three outlets",
        "Embargoed until the Prime Minister speaks at 10:00 GMT on 9 Feb 2027",
        "Embargoed until 9 February 2027",
        "EMBARGOED FOR RELEASE AT 6AM TOMORROW",
        "FOR IMMEDIATE RELEASE",
        "**For immediate release**\n\nText.",
        "For immediate release: three are freed",
        "Embargo: for immediate release",
        "Pour diffusion immédiate – 9 février",
        "Sous embargo jusqu'au 10 février 2027, 00h01 GMT",
        "Ne pas publier avant le 10 février 2027 à 00h01 GMT",
        "Embargo hasta las 00:01 del 9 de febrero de 2027 (hora de Madrid)",
        "No publicar antes de las 10:00 del 9 de febrero de 2027",
        "Sperrfrist: 9. Februar 2027, 00.01 Uhr MEZ",
        "Nicht zur Veröffentlichung vor dem 10. Februar 2027, 00:01 Uhr",
        "Sotto embargo fino alle 10:01 CET del 9 febbraio 2027",
        "Sob embargo até 9 de fevereiro de 2027, 10:01 GMT",
        "محظور النشر حتى الساعة 10:01 بتوقيت غرينتش يوم 9 فبراير 2027",
        "لا ينشر قبل الساعة 10:01 بتوقيت غرينتش يوم 9 فبراير 2027",
        "ممنوع النشر قبل 10 فبراير 2027",
        "Publication autorisée à partir du 10 février 2027, 10h",
        "Zur Veröffentlichung frei ab 10. Februar 2027, 10:00 Uhr",
        "To be released on 10 February 2027 at 10:00 GMT",
        "Confidential until 10:00 GMT, 10 February 2027",
        "Release date: 10 February 2027",
        "Do not publish before 10 February 2027, 10:00 GMT",
        "Эмбарго до 10:01 GMT 9 февраля 2027",
        "Под эмбарго до 10:01 по московскому времени 9 февраля 2027",
    ],
)
def test_no_text_that_says_another_embargo_gets_through(text: str) -> None:
    (found,) = findings(text)
    assert (found.code, found.blocks, found.line) == ("embargo-contradicted", True, 1)
    assert "Tuesday, 9 February 2027, 00:01" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "Embargoed until 00:01 GMT on 9 February 2027",
        "**EMBARGO:** 00:01 GMT, Tuesday 9 February 2027",
        "EMBARGO\n\n00:01 GMT, 9 February 2027",
        "Embargoed until 00:01 GMT on 9 February 2027. Interviews at 10:00 GMT on 8 February 2027.",
        "This is embargoed until\n00:01 GMT, 9 February 2027\nContact: Jane, 10:00 GMT",
        "Embargoed until 00:01 on 9 February 2027",
        "Sous embargo jusqu'au 9 février 2027, 00h01 GMT",
        "Embargo hasta las 00:01 del 9 de febrero de 2027 (hora de Londres)",
        "Sperrfrist: 9. Februar 2027, 00.01 Uhr GMT",
        "محظور النشر حتى الساعة 00:01 بتوقيت غرينتش يوم 9 فبراير 2027",
        "Эмбарго до 00:01 GMT 9 февраля 2027",
        "Sotto embargo fino alle 01:01 CET del 9 febbraio 2027",
    ],
)
def test_the_embargo_that_is_set_may_be_said(text: str) -> None:
    assert findings(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The EU arms embargo against Syria ends on 1 June 2027 at 00:00 UTC.",
        "The arms embargo expires at 10:00 GMT on 3 March 2027.",
        "The EU extended its arms embargo on Syria until 1 June 2027.",
        "The embargo on Syria was imposed on 3 March 2026 at 10:00 GMT.",
        "Embargo: 60 years on",
        "Embargo 2027: what next",
        "Cuba has been under embargo for 60 years.",
        "Cuba lives under embargo. On 9 March 2027 at 10:00 GMT, all of it ends.",
        "Cuba lives under embargo\n\nOn 9 March 2027 at 10:00 GMT, all of it ends.",
        "Embargoed copies: call +44 20 7946 0000 before 6pm.",
        "No one was told before 10:00 GMT on 3 March 2027.",
        "The report will be published on 3 March 2027 at 10:00 GMT.",
        "He must not be released before 3 March 2027 at 10:00.",
        "Er kommt nicht vor dem 10. Februar 2027, 10:00 Uhr",
        "She calls for immediate release of all prisoners",
        "For immediate release of prisoners, call the minister",
    ],
)
def test_news_of_embargoes_and_releases_is_no_statement(text: str) -> None:
    assert findings(text) == []


def test_a_line_is_read_as_of_before_the_lift() -> None:
    after = Setting((LIFT,), "Europe/London", LIFT.instant + timedelta(days=3))
    assert findings("Embargoed until 00:01 GMT on Tuesday 9 February", after) == []
    assert len(findings("Embargoed until 00:01 GMT on Wednesday 10 February", after)) == 1


def test_the_embargo_of_any_audience_may_be_said() -> None:
    later = Embargo(LIFT.instant + timedelta(hours=18), "Europe/London")
    both = Setting((LIFT, later), "Europe/London", NOW)
    assert findings("Embargoed until 18:01 GMT on 9 February 2027", both) == []
    assert findings("Embargoed until 00:01 GMT on 9 February 2027", both) == []
    assert len(findings("Embargoed until 17:01 GMT on 9 February 2027", both)) == 1


def test_an_immediate_advisory_must_not_say_an_embargo_to_come() -> None:
    (found,) = findings("Embargoed until 00:01 GMT, 9 February 2027", IMMEDIATE)
    assert "it is for immediate release" in found.message
    assert findings("Embargoed until 00:01 GMT, 9 February 2026", IMMEDIATE) == []
    assert findings("FOR IMMEDIATE RELEASE", IMMEDIATE) == []


@given(
    st.integers(1, 700 * 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.sampled_from(LANGUAGES),
    st.sampled_from(["Europe/London", "Asia/Kathmandu", "America/New_York", "Africa/Cairo"]),
)
def test_never_a_said_embargo_unread_and_never_the_right_one_refused(
    instant: datetime, language: str, zone: str
) -> None:
    opening = {"de": "Sperrfrist:", "ru": "Эмбарго до", "ar": "محظور النشر حتى"}
    line = f"{opening.get(language, 'EMBARGO:')} {say(instant, zone, language)}"
    right = Setting((Embargo(instant, zone),), "Europe/London", NOW)
    assert findings(line, right, language) == []
    wrong = Setting((Embargo(instant + timedelta(hours=1), zone),), "Europe/London", NOW)
    assert len(findings(line, wrong, language)) == 1


def test_no_statement_is_passed_over_in_silence() -> None:
    lines = [f"Embargo: 00:01 GMT, 9 February 2027 ({n})" for n in range(MOST_READ + 2)]
    (*_, last) = findings("\n".join(lines))
    assert last.blocks
    assert last.line == MOST_READ + 1


def test_the_line_of_the_text_is_named() -> None:
    (found,) = findings("A headline\r\n\r\nText.\r\nEmbargoed until 10:00 GMT, 9 February 2027")
    assert found.line == 4


@pytest.mark.parametrize(
    "text",
    [
        "EMBARGOED UNTIL 10:00 UTC 13 Sepember 2027",
        "| Embargo | 00:01 GMT, Tuesday 9 February 2027 |",
        "Embargoed until two hours after 10:00 GMT on 9 February 2027",
        "Embargoed until delivery",
        "Es gilt das gesprochene Wort. Sperrfrist: Redebeginn",
    ],
)
def test_never_at_once_what_says_an_embargo_that_cannot_be_read(text: str) -> None:
    [found] = findings(f"{text}\n\nBats are back.", IMMEDIATE)
    assert (found.code, found.blocks) == ("embargo-contradicted", True)
