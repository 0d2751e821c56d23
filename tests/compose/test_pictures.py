"""Pictures that a text shows: only what goes with the message, and never fetched."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from compose_sample import ASHA, OFFICE, OWN, PICTURE, SENT, TEMPLATES, dispatch, rendering
from compose_sample import VERSION as PLAIN

from mailer.compose.message import build
from mailer.compose.prose import content_id
from mailer.compose.slots import Copies, dot_stuffed
from mailer.core.model import Attachment, DispatchKind, Edition, Version

TEXT = """\
Before.

![A gauge at low water](<marégraphe – Port Ellan.png>)

![Tracked](https://example.org/pixel.gif) and ![a sheet](table.csv) and ![](gone.png)
"""
TABLE = Attachment("table.csv", "text/csv", b"a,b\r\n1,2\r\n")
CID = content_id(PICTURE, OFFICE.domain)
RELEASE = dispatch(kind=DispatchKind.RELEASE)


def version(*files: Attachment) -> Version:
    return replace(PLAIN, editions=(Edition("en", "Headline", TEXT),), attachments=files)


def parsed(what: Version) -> EmailMessage:
    rendered = rendering(TEMPLATES, what, RELEASE, ASHA)
    message = build(rendered, what, RELEASE, ASHA, OFFICE, OWN, SENT)
    filled = Copies(TEMPLATES, what, RELEASE, OFFICE).fill(ASHA, OWN, SENT)
    assert filled.data == dot_stuffed(message.content)
    read = message_from_bytes(message.content, policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert not any(part.defects for part in read.walk())
    return read


def test_an_attached_picture_is_shown_where_the_text_names_it() -> None:
    read = parsed(version(PICTURE, TABLE))
    kinds = [part.get_content_type() for part in read.walk()]
    assert kinds == [
        *("multipart/mixed", "multipart/alternative", "text/plain", "multipart/related"),
        *("text/html", "image/png", "text/csv"),
    ]
    picture = next(part for part in read.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == f"<{CID}>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_filename() == PICTURE.name
    assert picture.get_content() == PICTURE.content
    html = read.get_body(("html",))
    assert html is not None
    images = re.findall(r"<img[^>]*>", html.get_content())
    assert len(images) == 1
    assert f'src="cid:{CID}"' in images[0]
    assert 'alt="A gauge at low water"' in images[0]
    assert "table.csv" in html.get_content()
    assert PICTURE.name not in html.get_content()


def test_a_picture_alone_needs_no_mixed_message() -> None:
    kinds = [part.get_content_type() for part in parsed(version(PICTURE)).walk()]
    assert kinds == [
        *("multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"),
    ]


def test_the_plain_text_says_what_a_picture_shows() -> None:
    plain = parsed(version(PICTURE)).get_body(("plain",))
    assert plain is not None
    assert "[A gauge at low water]" in plain.get_content()


def test_never_a_picture_that_would_be_fetched() -> None:
    html = parsed(version(TABLE)).get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content()
    assert "pixel.gif" not in html.get_content()
    assert "Tracked and a sheet and" in html.get_content()
