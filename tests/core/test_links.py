from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.core import links
from mailer.core.links import LIFE, TOKEN_LENGTH, Links, Purpose

KEY = bytes(range(32))
ID = "<0123456789abcdef0123456789abcdef@press.example.org>"
DUE = datetime(2027, 2, 9, 0, 1, tzinfo=UTC)


def tokens(made: Links) -> dict[Purpose, str]:
    return {
        Purpose.EMBARGO: made.embargo,
        Purpose.PREFERENCES: made.preferences,
        Purpose.UNSUBSCRIBE: made.unsubscribe,
    }


@pytest.mark.parametrize("purpose", Purpose)
def test_each_token_leads_back_to_its_copy(purpose: Purpose) -> None:
    made = Links.of(KEY, ID)
    assert links.sought(purpose, tokens(made)[purpose]) == made.kept == links.kept(KEY, ID)


def test_the_same_copy_has_the_same_links_after_a_restart() -> None:
    assert Links.of(KEY, ID) == Links.of(bytes(KEY), str(ID))


def test_leaving_leads_to_choosing_and_the_embargo_link_to_both() -> None:
    made = Links.of(KEY, ID)
    for purpose, wanted in (("e", "u"), ("e", "p"), ("u", "p"), ("u", "u")):
        token = tokens(made)[Purpose(purpose)]
        assert (
            links.lesser(Purpose(purpose), token, Purpose(wanted)) == tokens(made)[Purpose(wanted)]
        )
    assert links.lesser(Purpose.UNSUBSCRIBE, "no token", Purpose.PREFERENCES) != made.preferences


def test_never_the_same_links_for_another_copy_or_key() -> None:
    made = Links.of(KEY, ID)
    for other in (Links.of(KEY, ID.replace("0", "1", 1)), Links.of(KEY[::-1], ID)):
        assert not set(tokens(made).values()) & set(tokens(other).values())
        assert made.kept != other.kept


def test_never_opens_one_purpose_with_the_token_of_a_lesser_one() -> None:
    made = Links.of(KEY, ID)
    for purpose, token in tokens(made).items():
        for other in Purpose:
            if other is not purpose:
                assert links.sought(other, token) != made.kept


def test_a_token_has_256_bits_that_stand_in_any_address() -> None:
    for token in tokens(Links.of(KEY, ID)).values():
        assert len(token) == TOKEN_LENGTH
        assert len(urlsafe_b64decode(token + "=")) == 32
        assert token.replace("-", "").replace("_", "").isalnum()


@given(st.sampled_from(Purpose), st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_looked_for_and_nothing_is_kept_under_it(purpose: Purpose, text: str) -> None:
    found = links.sought(purpose, text)
    assert len(found) == links.KEPT_OCTETS
    assert found != links.kept(KEY, ID)


@pytest.mark.parametrize("purpose", Purpose)
def test_never_takes_a_second_spelling_of_a_token(purpose: Purpose) -> None:
    made = Links.of(KEY, ID)
    token = tokens(made)[purpose]
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(token[-1])
    twin = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last ^ 1]
    for other in (token[:-1] + twin, f"{token}=", f" {token}", token[:-1], f"{token[:-1]}\n"):
        assert links.sought(purpose, other) != made.kept


@pytest.mark.parametrize("purpose", Purpose)
def test_every_link_expires(purpose: Purpose) -> None:
    assert links.works(purpose, DUE, None, DUE + LIFE[purpose] - timedelta(seconds=1))
    assert not links.works(purpose, DUE, None, DUE + LIFE[purpose])


def test_one_can_leave_for_longer_than_mail_is_kept_unread() -> None:
    assert LIFE[Purpose.UNSUBSCRIBE] >= timedelta(days=60)


def test_an_embargo_link_works_until_the_lift_however_far_it_is() -> None:
    lift = DUE + timedelta(days=90)
    assert links.works(Purpose.EMBARGO, DUE, lift, lift)


def test_a_page_is_written_with_or_without_a_last_slash() -> None:
    for base in ("https://press.example.org", "https://press.example.org/"):
        assert links.page(base, Purpose.UNSUBSCRIBE, "T") == "https://press.example.org/u/T"
    assert links.page("https://a.example", Purpose.EMBARGO, "T", "fr").endswith("/e/T?lang=fr")
