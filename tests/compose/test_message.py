import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import unquote

import pytest
from compose_sample import (
    ASHA,
    CLAIRE,
    LAYLA,
    MESSAGE_ID,
    OFFICE,
    OWN,
    PICTURE,
    SENT,
    TEMPLATES,
    VERSION,
    dispatch,
    following,
    rendering,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailer.compose.message import Message, Own, build
from mailer.compose.templates import Rendered
from mailer.core.errors import ConfigError, ListError
from mailer.core.model import Attachment, Contact, Dispatch, DispatchKind, Version

HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "List-Id",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]
WORDS = st.text(st.characters(exclude_categories=())) | st.lists(
    st.sampled_from(
        [
            *("\r\nBcc: x@y.z", "\n.\n", "=?utf-8?q?x?=", "a" * 1200, "é" * 300, "ليلى", "🐙"),
            *("\x00", '"', "\\", "<a@b.c>", ",", ";", ":", "\u2028", "\x85", "\t", " ", "(x)"),
        ]
    )
).map("".join)


RELEASE = dispatch(kind=DispatchKind.RELEASE)


def compose(
    version: Version = VERSION, sent: Dispatch | None = None, reader: Contact = ASHA
) -> Message:
    sent = sent or dispatch()
    rendered = rendering(TEMPLATES, version, sent, reader)
    return build(rendered, version, sent, reader, OFFICE, OWN, SENT)


def parse(message: Message) -> EmailMessage:
    parsed = message_from_bytes(message.content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(parsed: EmailMessage, kind: str) -> str:
    body = parsed.get_body((kind,))
    assert body is not None
    assert not body.defects
    return str(body.get_content()).replace("\r\n", "\n")


def well_formed(content: bytes) -> None:
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\x00", content)
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.endswith(b"\r\n")


def test_the_headers_are_exactly_ours() -> None:
    message = compose()
    parsed = parse(message)
    assert parsed.keys() == HEADERS
    assert parsed["From"] == "Lantern Coast Trust press office <press@press.example.org>"
    assert parsed["To"] == "Asha Rao <asha.rao@example.net>"
    assert parsed["Reply-To"] == "Tomas Adeyemi <tomas@press.example.org>"
    assert parsed["Date"] == "Mon, 08 Feb 2027 09:00:00 +0000"
    assert parsed["Message-ID"] == MESSAGE_ID == message.message_id
    assert parsed["List-Id"] == "Lantern Coast Trust <national.press.example.org>"
    assert parsed["Content-Language"] == "en"
    assert parsed["Subject"] == message.subject
    assert message.mail_from == "press@press.example.org"
    assert message.rcpt_to == "asha.rao@example.net"


def test_both_parts_read_back_as_they_were_rendered() -> None:
    for reader in (ASHA, CLAIRE, LAYLA):
        message = compose(reader=reader)
        parsed = parse(message)
        assert parsed.get_content_type() == "multipart/mixed"
        texts, entry = parsed.iter_parts()
        assert texts.get_content_type() == "multipart/alternative"
        assert [p.get_content_type() for p in texts.iter_parts()] == ["text/plain", "text/html"]
        assert entry.get_content_type() == "text/calendar"
        assert part(parsed, "plain") == message.text
        assert part(parsed, "html") == message.html
        assert message.content.isascii()


@settings(max_examples=300)
@given(WORDS, WORDS, WORDS)
@example("\r\nBcc: mallory@example.org\r\n\r\nbody", "x", "y")
@example('Asha" <mallory@example.org>, "', "é, <mallory@example.org>", "=?utf-8?q?=0D=0ABcc:_a?=")
def test_no_text_from_outside_can_add_a_header_or_an_address(
    name: str, headline: str, audience: str
) -> None:
    rendered = Rendered(headline, f"{headline}\n", f"<p>{headline}</p>\n")
    clean = rendering(TEMPLATES, replace(VERSION, organisation=name), dispatch(), ASHA)
    sent = dispatch()
    sent = replace(sent, audience=replace(sent.audience, name=audience))
    office = replace(OFFICE, name=name)
    reader = replace(ASHA, name=name)
    for words in (replace(clean, subject=headline), replace(rendered, text=".\n", html="<p>\n")):
        message = build(words, VERSION, sent, reader, office, OWN, SENT)
        well_formed(message.content)
        parsed = parse(message)
        assert parsed.keys() == HEADERS
        assert [a.addr_spec for a in parsed["To"].addresses] == [ASHA.email]
        assert [a.addr_spec for a in parsed["From"].addresses] == ["press@press.example.org"]
        assert len(parsed["Reply-To"].addresses) == 1
        assert part(parsed, "plain") == words.text
        assert part(parsed, "html") == words.html


@given(WORDS)
@example("=?utf-8?q?x?=")
@example("a" * 1500 + " b")
@example("Ω" * 1500)
def test_a_subject_and_a_name_read_back_as_they_were_written(words: str) -> None:
    written = " ".join(re.sub("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]", "", words).split())
    rendered = Rendered(words, "t\n", "<p>\n")
    reader = replace(ASHA, name=words)
    message = build(rendered, VERSION, dispatch(), reader, OFFICE, OWN, SENT)
    # The older parser: the newer one reads long encoded names wrongly in Python 3.11.
    raw = message_from_bytes(message.content)
    if re.fullmatch("[\x20-\x7eΩé🐙ليلى]*", written):
        assert decoded(raw["Subject"]) == written
        name, _, address = unfolded(raw["To"]).rpartition("<")
        assert address.removesuffix(">") == ASHA.email
        name = name.strip()
        assert (unquote(name) if name.startswith('"') else decoded(name)) == written


def unfolded(value: str) -> str:
    return re.sub("\r?\n ", " ", value)


def decoded(value: str) -> str:
    return str(make_header(decode_header(unfolded(value))))


@settings(max_examples=200)
@given(WORDS)
def test_any_text_travels_without_8bitmime_and_comes_back(words: str) -> None:
    text = re.sub("\r\n|[\r\x00\x85\u2028\u2029]|[\ud800-\udfff]", "", words) + "\n.\n..\nFrom x\n"
    rendered = Rendered("s", text, f"<p>{text}")
    message = build(rendered, VERSION, dispatch(), ASHA, OFFICE, OWN, SENT)
    well_formed(message.content)
    assert message.content.isascii()
    parsed = parse(message)
    assert part(parsed, "plain") == rendered.text
    assert part(parsed, "html") == rendered.html


def test_never_a_text_that_ends_its_own_part() -> None:
    boundaries = re.findall(rb'boundary="(.*)"', compose(with_picture()).content)
    assert len(set(boundaries)) == 2
    for boundary in boundaries:
        text = f"Known beforehand:\n--{boundary.decode()}\n\n<p>mine</p>\n--{boundary.decode()}--\n"
        rendered = Rendered("s", text, text)
        message = build(rendered, with_picture(), RELEASE, ASHA, OFFICE, OWN, SENT)
        parsed = parse(message)
        assert part(parsed, "plain") == part(parsed, "html") == text
        assert [p.get_content() for p in parsed.iter_attachments()] == [PICTURE.content]


def with_picture() -> Version:
    return replace(VERSION, attachments=(PICTURE,))


@pytest.mark.parametrize(
    "email",
    [
        "a@b.example, c@d.example",
        "a@b.example\r\nRCPT TO:<c@d.example>",
        "a@b.example>",
        "a b@c.example",
        "a@b@c.example",
        "a@b.example\x00",
        "Ann <a@b.example>",
        "",
        "é@",
    ],
)
def test_never_two_addresses_on_one_message(email: str) -> None:
    with pytest.raises(ListError, match="is not one address"):
        compose_to(email)


def compose_to(email: str) -> Message:
    return build(
        Rendered("s", "t\n", "h\n"),
        VERSION,
        dispatch(),
        replace(ASHA, email=email),
        OFFICE,
        OWN,
        SENT,
    )


def test_only_an_address_that_needs_it_makes_the_message_utf8() -> None:
    domain = compose_to("asha@zürich.example")
    assert domain.rcpt_to == "asha@xn--zrich-kva.example"
    assert domain.content.isascii()
    local = compose_to("zoë@zürich.example")
    assert local.rcpt_to == "zoë@zürich.example"
    assert b"Asha Rao <zo\xc3\xab@z\xc3\xbcrich.example>\r\n" in local.content
    assert not local.rcpt_to.isascii()


def test_a_sender_that_is_no_mailbox_is_refused_by_its_key() -> None:
    for key in ("sender", "reply_to"):
        sent = dispatch()
        sent = replace(sent, audience=replace(sent.audience, **{key: "Press office"}))
        with pytest.raises(ConfigError, match=f"audience national: {key}: 'Press office'"):
            compose(sent=sent)


def test_attachments_keep_their_names_and_their_bytes() -> None:
    names = [PICTURE.name, "a" * 120 + "ن" * 60 + ".pdf", "../../etc/passwd", '"\r\nX: y', ""]
    files = tuple(replace(PICTURE, name=name) for name in names)
    message = compose(replace(VERSION, attachments=files), RELEASE)
    well_formed(message.content)
    parsed = parse(message)
    assert parsed.get_content_type() == "multipart/mixed"
    got = list(parsed.iter_attachments())
    assert [p.get_payload(decode=True) for p in got] == [PICTURE.content] * len(names)
    assert [p.get_filename() for p in got] == [
        *names[:3],
        '" X: y',
        "attachment",
    ]
    assert part(parsed, "plain") == message.text


@pytest.mark.parametrize(
    "kind", ["message/rfc822", "multipart/mixed", "text/html\r\nX: y", "", "image/png; name=x"]
)
def test_a_media_type_that_could_be_more_is_only_bytes(kind: str) -> None:
    version = replace(VERSION, attachments=(Attachment("a.bin", kind, b"\r\n.\r\n"),))
    [attached] = parse(compose(version, RELEASE)).iter_attachments()
    assert attached.get_content_type() == "application/octet-stream"
    assert attached.keys() == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]


def test_the_same_copy_is_the_same_bytes() -> None:
    elsewhere = SENT.astimezone(timezone(timedelta(hours=5)))
    sent = dispatch()
    rendered = rendering(TEMPLATES, VERSION, sent, ASHA)
    again = build(rendered, VERSION, sent, ASHA, OFFICE, OWN, elsewhere)
    assert again == compose()


def test_a_naive_date_or_a_bare_message_id_is_our_own_fault() -> None:
    rendered = Rendered("s", "t\n", "h\n")
    for message_id, date in ((MESSAGE_ID, SENT.replace(tzinfo=None)), ("x@y", SENT)):
        assert isinstance(date, datetime)
        with pytest.raises(ValueError, match="a message needs"):
            build(rendered, VERSION, dispatch(), ASHA, OFFICE, Own(message_id), date)


@pytest.mark.parametrize("kind", [DispatchKind.WITHDRAWAL, DispatchKind.EMBARGO_CHANGE])
def test_never_a_file_but_the_calendars_with_a_withdrawal_or_a_change_of_embargo(
    kind: DispatchKind,
) -> None:
    message = compose(with_picture(), following(kind))
    entries = [p.get_filename() for p in parse(message).iter_attachments()]
    assert entries == ["embargo.ics"]
    assert b"image/png" not in message.content
