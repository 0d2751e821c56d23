from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from mailer.config import Config, Relay, keys, load
from mailer.core.errors import ConfigError
from mailer.core.model import Audience, Office

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
SECRET = "hunter2-correct-horse"
LEAST = {
    "organisation__name": '"Harbour Watch"',
    "organisation__domain": '"harbourwatch.example"',
    "embargo__zone": '"Europe/London"',
    "relay__host": '"smtp.example.org"',
    "audience__name": '"wires"',
    "audience__lists": '["wires.csv"]',
    "audience__sender": '"Press Office <press@harbourwatch.example>"',
}


def written(**values: str) -> str:
    """The least configuration there is, with `section__key="TOML value"` set ("": left out)."""
    sections: dict[str, list[str]] = {"": []}
    for dotted, value in (LEAST | values).items():
        section, _, key = dotted.rpartition("__")
        header = "[[audience]]" if section == "audience" else f"[{section}]"
        lines = sections.setdefault(section, [header])
        if value:
            lines.append(f"{key} = {value}")
    return "\n".join(line for lines in sections.values() for line in lines) + "\n"


MINIMAL = written()


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with the lists and templates that a configuration may name."""
    return lay_out(tmp_path)


def lay_out(folder: Path) -> Path:
    (folder / "lists").mkdir()
    for name in ("wires", "national", "broadcast", "arabic"):
        (folder / "templates" / name).mkdir(parents=True)
        (folder / "lists" / f"{name}.csv").write_text("email\n")
    return folder


@pytest.fixture
def read(office: Path) -> Callable[..., Config]:
    """Load the minimal configuration, with other values for some of its keys."""

    def read(environ: Mapping[str, str] | None = None, /, **values: str) -> Config:
        path = office / "config.toml"
        path.write_text(written(**values))
        return load(path, environ or {})

    return read


def faults(read: Callable[..., Config], *environ: Mapping[str, str], **values: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(*environ, **values)
    return str(refused.value).split("\n")


# --- what is read -----------------------------------------------------------------------------


def test_defaults_are_filled_in(read: Callable[..., Config], office: Path) -> None:
    config = read()
    assert config.path == office / "config.toml"
    assert config.office == Office("Harbour Watch", "harbourwatch.example", "Europe/London", "en")
    assert config.database.path == office / "mailer.db"
    assert config.templates == office / "templates"
    assert config.audience_named("wires").lists == (office / "lists" / "wires.csv",)
    assert config.audience_named("wires").audience() == Audience(
        name="wires",
        template="wires",
        language="en",
        sender="Press Office <press@harbourwatch.example>",
        timezone="Europe/London",
        advance=None,
    )
    relay = config.relay
    assert (relay.port, relay.tls, relay.connections, relay.secret()) == (587, "starttls", 4, "")
    assert relay.data_timeout == timedelta(minutes=10)


def test_an_audience_takes_from_the_office_what_it_does_not_say(
    read: Callable[..., Config],
) -> None:
    config = read(
        organisation__language='"fr"',
        embargo__zone='"Africa/Dakar"',
        embargo__advance='"36h"',
        audience__release='"advance"',
    )
    audience = config.audience_named("wires").audience()
    assert (audience.language, audience.timezone) == ("fr", "Africa/Dakar")
    assert audience.advance == timedelta(hours=36)


def test_a_lift_audience_never_has_an_advance(read: Callable[..., Config]) -> None:
    config = read(embargo__advance='"36h"', audience__release='"lift"')
    assert config.audience_named("wires").audience().advance is None


def test_paths_elsewhere_are_left_where_they_are(
    read: Callable[..., Config], tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "all.csv").write_text("email\n")
    config = read(lists=f'"{elsewhere}"', audience__lists='["all.csv"]')
    assert config.audience[0].lists == (elsewhere / "all.csv",)
    assert read(database__url=f'"sqlite:///{elsewhere}/x.db"').database.path == elsewhere / "x.db"


def test_an_audience_that_is_not_there_names_those_that_are(read: Callable[..., Config]) -> None:
    with pytest.raises(ConfigError) as refused:
        read().audience_named("wries\x1b[2J")
    assert str(refused.value) == (
        'config.toml: there is no audience "wries\\x1b[2J"; there are wires'
    )


def test_nothing_in_a_configuration_can_be_changed(read: Callable[..., Config]) -> None:
    config = read()
    with pytest.raises(ValidationError):
        config.relay.tls = "none"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        config.audience = ()  # type: ignore[misc]


def test_a_byte_order_mark_and_dos_line_ends_are_taken(office: Path) -> None:
    (office / "config.toml").write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load(office / "config.toml", {}).relay.host == "smtp.example.org"


# --- one line per fault -----------------------------------------------------------------------

DURATION = (
    'a number with its unit is accepted, like "90s", "15m", "24h", "1h30m" or "2d", up to "366d"'
)
MAILBOX = '"Name <name@example.org>" or a bare address is accepted'


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("relay__port", '"abc"', '"abc" is not a whole number; 1 to 65535 are accepted'),
        ("relay__port", '"587"', '"587" is not a whole number; 1 to 65535 are accepted'),
        ("relay__port", "true", "true is not a whole number; 1 to 65535 are accepted"),
        ("relay__port", "25.5", "25.5 is not a whole number; 1 to 65535 are accepted"),
        ("relay__port", "0", "0 is out of range; 1 to 65535 are accepted"),
        (
            "relay__port",
            "0x" + "f" * 99,
            "a number so large is out of range; 1 to 65535 are accepted",
        ),
        ("relay__connections", "101", "101 is out of range; 1 to 100 are accepted"),
        ("relay__max_rate", "nan", "nan is not a number; 0 to 1000000 are accepted"),
        ("relay__max_rate", "-1", "-1 is out of range; 0 to 1000000 are accepted"),
        ("relay__tls", '"ssl"', '"ssl" is not known; "starttls", "tls" and "none" are accepted'),
        ("relay__allow_plaintext", "1", "1 is not true or false; true and false are accepted"),
        ("relay__connect_timeout", "30", f"30 has no unit; {DURATION}"),
        ("relay__connect_timeout", '"30"', f'"30" has no unit; {DURATION}'),
        ("relay__connect_timeout", '""', f'"" is not a duration; {DURATION}'),
        ("relay__connect_timeout", '"0s"', f'"0s" is out of range; {DURATION}'),
        ("relay__connect_timeout", "true", f"true is not a duration; {DURATION}"),
        ("relay__give_up_after", '"99999d"', f'"99999d" is out of range; {DURATION}'),
        ("relay__give_up_after", '"1h 30m"', f'"1h 30m" is not a duration; {DURATION}'),
        ("embargo__advance", "1979-05-27", f"1979-05-27 is not a duration; {DURATION}"),
        (
            "relay__host",
            '"smtp example"',
            'the value is not a host name; a name like "smtp.example.org" or an IP address '
            "is accepted",
        ),
        (
            "relay__helo_name",
            '"a b"',
            '"a b" is not a host name; a host name, or nothing for this machine\'s own name, '
            "is accepted",
        ),
        ("organisation__name", "", "missing; one line of text is accepted"),
        ("organisation__name", '" "', '" " is empty; one line of text is accepted'),
        ("organisation__name", "7", "7 is not text; one line of text is accepted"),
        ("organisation__name", "[7]", "the list is not text; one line of text is accepted"),
        (
            "organisation__name",
            '"Trust\\r\\nBcc: x"',
            '"Trust\\r\\nBcc: x" holds a line break or another control character; '
            "one line of text is accepted",
        ),
        (
            "organisation__domain",
            '"a@x.org"',
            '"a@x.org" is not a mail domain; a mail domain like "press.example.org" is accepted',
        ),
        (
            "organisation__language",
            '"tlh"',
            '"tlh" is not a language the templates know; one of en, fr, es, de, pt, it, ar, ru '
            "is accepted",
        ),
        (
            "embargo__zone",
            '"Europe/Lodnon"',
            '"Europe/Lodnon" is not a known time zone (did you mean "Europe/London"?); '
            'an IANA name like "Europe/London" is accepted',
        ),
        (
            "embargo__zone",
            '"../../etc/passwd"',
            '"../../etc/passwd" is not a known time zone; an IANA name like "Europe/London" '
            "is accepted",
        ),
        (
            "database__url",
            '"postgresql://u:p@h/d"',
            "the value is not the URL of an SQLite file; sqlite:/// and the path of a file "
            "is accepted",
        ),
        (
            "database__url",
            '"sqlite:///:memory:"',
            "the value is not the URL of an SQLite file; sqlite:/// and the path of a file "
            "is accepted",
        ),
        ("relay__prot", "587", "no such key; did you mean port?"),
        ("relay__zone", '"UTC"', "no such key; did you mean embargo.zone?"),
        ("database__templates", '"t"', "no such key; templates belongs above the first [section]"),
        ("database__colour", '"red"', "no such key; there are url"),
    ],
)
def test_each_fault_is_one_exact_line(
    read: Callable[..., Config], key: str, value: str, line: str
) -> None:
    assert faults(read, **{key: value}) == [f"config.toml: {key.replace('__', '.')}: {line}"]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        (
            "sender",
            '"press"',
            f'"press" is not an e-mail address; {MAILBOX}',
        ),
        (
            "sender",
            '"A, B <a@b.org>"',
            '"A, B <a@b.org>" has punctuation in the name, which needs double quotes around it; '
            f"{MAILBOX}",
        ),
        (
            "sender",
            '"a@b.org\\r\\nBcc: x@y.org"',
            '"a@b.org\\r\\nBcc: x@y.org" holds a line break or another control '
            f"character; {MAILBOX}",
        ),
        ("sender", '""', f'"" is not an e-mail address; {MAILBOX}'),
        ("reply_to", '"x@y@z.org"', f'"x@y@z.org" is not an e-mail address; {MAILBOX}'),
        (
            "lists",
            "[]",
            'the list is empty; the files of contacts are accepted, like ["wires.csv"]',
        ),
        (
            "lists",
            '"wires.csv"',
            '"wires.csv" is not a list; the files of contacts are accepted, like ["wires.csv"]',
        ),
        ("lists", "[3]", '3 is not text; the files of contacts are accepted, like ["wires.csv"]'),
        ("release", '"Lift"', '"Lift" is not known; "lift" and "advance" are accepted'),
        (
            "advance",
            '"2h"',
            'has no effect at the lift; write release = "advance" too, or delete it',
        ),
        (
            "template",
            '"../wires"',
            '"../wires" is not a plain name; up to 64 letters, digits, "-" and "_" are accepted',
        ),
        ("sendr", '"x"', "no such key; did you mean sender?"),
    ],
)
def test_a_fault_in_an_audience_names_the_audience(
    read: Callable[..., Config], key: str, value: str, line: str
) -> None:
    told = faults(read, **{f"audience__{key}": value})
    assert told == [f"config.toml: audience[wires].{key}: {line}"]


def test_an_audience_without_a_good_name_is_told_by_its_number(office: Path) -> None:
    (office / "config.toml").write_text(MINIMAL.replace('name = "wires"', 'name = "a b"'))
    with pytest.raises(ConfigError) as refused:
        load(office / "config.toml", {})
    assert str(refused.value) == (
        'config.toml: audience[1].name: "a b" is not a plain name; '
        'up to 64 letters, digits, "-" and "_" are accepted'
    )


def test_a_missing_list_and_a_missing_template_are_named(office: Path) -> None:
    (office / "config.toml").write_text(
        MINIMAL.replace('"wires.csv"', '"wires.csv", "gone.csv"') + 'template = "gone"\n'
    )
    with pytest.raises(ConfigError) as refused:
        load(office / "config.toml", {})
    assert str(refused.value).split("\n") == [
        f"config.toml: audience[wires].lists: there is no file {office}/lists/gone.csv; "
        "put it there, or correct the name",
        f"config.toml: audience[wires].template: there is no folder {office}/templates/gone; "
        "make it, or name one that is there",
    ]


def test_a_missing_file_that_the_configuration_names_is_never_passed(
    office: Path, read: Callable[..., Config]
) -> None:
    gone = {
        "embargo__terms": '"t.md"',
        "console__tls_certificate": '"c"',
        "console__tls_key": '"k"',
    }
    with pytest.raises(ConfigError) as refused:
        read(**gone)
    assert re.findall(r"there is no file (\S+);", str(refused.value)) == [
        f"{office}/t.md",
        f"{office}/c",
        f"{office}/k",
    ]
    assert load(office / "config.toml", {}, look=False).embargo.terms == office / "t.md"


def test_a_list_in_a_folder_closed_to_us_is_never_said_to_be_missing(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    (office / "config.toml").write_text(MINIMAL)
    monkeypatch.setattr(Path, "is_file", closed)  # whoever runs the tests may be allowed all
    with pytest.raises(ConfigError, match=r"wires\.csv cannot be looked at; give us the right"):
        load(office / "config.toml", {})


@pytest.mark.parametrize("second", ["wires", "Wires"])
def test_two_audiences_never_share_a_name(office: Path, second: str) -> None:
    (office / "templates" / "Wires").mkdir(exist_ok=True)
    twin = MINIMAL[MINIMAL.index("[[audience]]") :].replace('"wires"', f'"{second}"')
    (office / "config.toml").write_text(MINIMAL + twin)
    with pytest.raises(ConfigError) as refused:
        load(office / "config.toml", {})
    assert str(refused.value) == (
        f'config.toml: audience[{second}].name: "{second}" is the name of another audience too; '
        "rename one of them"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "audience = []",
            "audience: the value is empty; write [[audience]], in two brackets, for each audience",
        ),
        (
            "[audience]\nname = 'wires'",
            "audience: the value is not a list; write [[audience]], in two brackets, "
            "for each audience",
        ),
        ("", "audience: missing; write [[audience]], in two brackets, for each audience"),
        (
            "path = 'x'",
            "path: no such key; there are templates, lists, organisation, embargo, "
            "relay, database, console, dkim, bounces, public, audience",
        ),
        ("host = 'x'", "host: no such key; did you mean relay.host?"),
        ("[relais]", "relais: no such key; did you mean relay?"),
        ("relay = 'x'", "relay: the value is not a table; write [relay], its keys below it"),
    ],
)
def test_a_fault_of_a_whole_section_says_how_to_write_it(
    office: Path, text: str, line: str
) -> None:
    (office / "config.toml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(office / "config.toml", {})
    assert f"config.toml: {line}" in str(refused.value).split("\n")


def test_all_faults_are_told_at_once(read: Callable[..., Config]) -> None:
    told = faults(
        read,
        {"MAILER__RELAY__CONNECTIONS": "many", "MAILER__EMBARGO__ZON": "UTC"},
        relay__port="0",
        relay__prot="1",
        embargo__advance="24",
        organisation__name="",
        audience__sender='"nobody"',
    )
    assert [line.split(": ")[1] for line in told] == [
        "MAILER__EMBARGO__ZON",
        "organisation.name",
        "embargo.advance",
        "relay.port",
        "MAILER__RELAY__CONNECTIONS",
        "relay.prot",
        "audience[wires].sender",
    ]


# --- the file itself --------------------------------------------------------------------------


def test_a_missing_file_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "config.toml", {})
    assert str(refused.value) == (
        f"{tmp_path}/config.toml: no such file; `mailer init {tmp_path}` makes one, "
        "with all it needs"
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"[relay]\nhost = smtp", "line 2: this is not TOML: Invalid value; "
         "text needs double quotes around it"),
        (b"a = 1\na = 2\n", "line 2: this is not TOML: Cannot overwrite a value; "
         "the key stands there already: keep one of the two lines"),
        (b"a = 24h\n", "line 1: this is not TOML: Expected newline or end of document after a "
         'statement; text, and a length of time such as "24h", needs double quotes around it'),
        (b"[audience]\n[audience]\n", "line 2: this is not TOML: Cannot declare ('audience',) "
         "twice; the table stands there already: an audience begins with [[audience]]"),
        (b"# one\n\n[relay", "line 3: this is not TOML: Expected ']' at the end of a table "
         "declaration"),
        (b"a = " + b"[" * 9999, "line 1: this is not TOML: nested too deeply"),
        (b"a = " + b"9" * 9999, "line 1: this is not TOML: a number with too many digits"),
        (b"a = 1\nb = '\xff'", "line 2: not UTF-8; save it as UTF-8 text"),
        (b"#" * 2_000_000, "larger than 1048576 octets; is it the right file?"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_toml_is_told_by_its_line(
    tmp_path: Path, content: bytes, line: str
) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        load(tmp_path / "config.toml", {})
    assert str(refused.value) == f"config.toml: {line}"


def test_a_folder_is_not_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path, {})


# --- the environment --------------------------------------------------------------------------


def test_the_environment_is_laid_over_the_file(read: Callable[..., Config]) -> None:
    config = read(
        {
            "MAILER__RELAY__PORT": "2525",
            "mailer__relay__host": "localhost",
            "MAILER__Relay__TLS": "none",
            "MAILER__RELAY__ALLOW_PLAINTEXT": "False",
            "MAILER__RELAY__MAX_RATE": "0.5",
            "MAILER__RELAY__CONNECT_TIMEOUT": "1m30s",
            "MAILER__DATABASE__URL": "sqlite:///elsewhere.db",
            "MAILER__TEMPLATES": "templates",
            "MAILER": "something else",
            "HOME": "/root",
        },
        relay__port="26",
    )
    assert (config.relay.port, config.relay.host, config.relay.tls) == (2525, "localhost", "none")
    assert config.relay.max_rate == 0.5
    assert config.relay.connect_timeout == timedelta(seconds=90)
    assert config.database.path.name == "elsewhere.db"


def test_the_environment_can_hold_what_the_file_lacks(read: Callable[..., Config]) -> None:
    assert read({"MAILER__EMBARGO__ZONE": "Asia/Tokyo"}, embargo__zone="").office.zone == (
        "Asia/Tokyo"
    )


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("RELAY__PORT", "abc", '"abc" is not a whole number; 1 to 65535 are accepted'),
        ("RELAY__PORT", "", '"" is not a whole number; 1 to 65535 are accepted'),
        ("RELAY__ALLOW_PLAINTEXT", "1", '"1" is not true or false; true and false are accepted'),
        ("RELAY__CONNECT_TIMEOUT", "30", f'"30" has no unit; {DURATION}'),
        ("RELAY__PROT", SECRET, "no such key; did you mean MAILER__RELAY__PORT?"),
        (
            "AUDIENCE__0__SENDER",
            "x",
            "audiences are not set from the environment; write them in config.toml",
        ),
        (
            "AUDIENCE",
            "x",
            "audiences are not set from the environment; write them in config.toml",
        ),
        (
            "ORGANISATION__NAME",
            "\udcff",
            '"\\udcff" holds a line break or another control character; '
            "one line of text is accepted",
        ),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(
    read: Callable[..., Config], name: str, value: str, line: str
) -> None:
    variable = f"MAILER__{name}"
    assert faults(read, {variable: value}) == [f"environment: {variable}: {line}"]


def test_two_variables_never_set_one_key(read: Callable[..., Config]) -> None:
    environ = {"MAILER__RELAY__PORT": "25", "mailer__relay__port": "26"}
    assert faults(read, environ) == [
        "environment: mailer__relay__port: sets the same key as MAILER__RELAY__PORT; "
        "keep one of them"
    ]


# --- the relay's safety -----------------------------------------------------------------------

PLAIN = (
    'config.toml: relay.tls: "none" would send embargoed text in the clear to another machine; '
    'use "starttls" or "tls", or accept that with allow_plaintext = true'
)


@pytest.mark.parametrize(
    "host",
    ["smtp.example.org", "10.0.0.1", "0.0.0.0", "::", "127.1", "localhost.example", "2130706433"],
)
def test_plaintext_never_leaves_this_machine_unasked(
    read: Callable[..., Config], host: str
) -> None:
    assert faults(read, relay__host=f'"{host}"', relay__tls='"none"') == [PLAIN]
    assert read(relay__host=f'"{host}"', relay__tls='"none"', relay__allow_plaintext="true")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])
def test_plaintext_on_this_machine_is_allowed(read: Callable[..., Config], host: str) -> None:
    assert read(relay__host=f'"{host}"', relay__tls='"none"').relay.tls == "none"


@pytest.mark.parametrize("name", ["", "mx.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
def test_this_machine_may_be_called_by_name_or_address(
    read: Callable[..., Config], name: str
) -> None:
    assert read(relay__helo_name=f'"{name}"').relay.helo_name == name


def password_file(
    folder: Path, content: bytes = SECRET.encode() + b"\n", mode: int = 0o600
) -> Path:
    path = folder / "relay-password"
    path.write_bytes(content)
    path.chmod(mode)
    return path


LOGIN = {"relay__username": '"press"', "relay__password_file": '"relay-password"'}


def test_the_password_is_read_from_its_file(read: Callable[..., Config], office: Path) -> None:
    password_file(office, f"{SECRET} ü \r\n".encode())
    assert read(**LOGIN).relay.secret() == f"{SECRET} ü "


def test_the_password_may_come_from_the_environment(read: Callable[..., Config]) -> None:
    config = read({"MAILER__RELAY__PASSWORD": SECRET, "MAILER__RELAY__USERNAME": "press"})
    assert (config.relay.username, config.relay.secret()) == ("press", SECRET)


@pytest.mark.parametrize(
    ("content", "mode", "what"),
    [
        (SECRET.encode(), 0o604, "is readable by everyone on this machine; run: chmod 600 "
         "relay-password"),
        (b"x" * 1025, 0o600, "is longer than 1024 octets"),
        (SECRET.encode() + b"\nmore\n", 0o600, "does not hold one line of UTF-8 text"),
        (SECRET.encode() + b"\xff", 0o600, "does not hold one line of UTF-8 text"),
        (b"\n", 0o600, "is empty"),
    ],
)  # fmt: skip
def test_a_password_file_that_cannot_be_used_is_named(
    read: Callable[..., Config], office: Path, content: bytes, mode: int, what: str
) -> None:
    password_file(office, content, mode)
    assert faults(read, **LOGIN) == [
        f'config.toml: relay.password_file: "relay-password" {what}; '
        "a file with the password on its only line is accepted"
    ]


def test_a_password_file_that_is_not_there_is_named(read: Callable[..., Config]) -> None:
    assert faults(read, **LOGIN) == [
        'config.toml: relay.password_file: "relay-password" does not exist; '
        "a file with the password on its only line is accepted"
    ]


def test_a_pipe_for_a_password_file_never_hangs(read: Callable[..., Config], office: Path) -> None:
    os.mkfifo(office / "relay-password", 0o600)
    assert '"relay-password" is not a file' in faults(read, **LOGIN)[0]


def test_two_passwords_are_a_fault(read: Callable[..., Config], office: Path) -> None:
    password_file(office)
    told = faults(read, **LOGIN, relay__password=f'"{SECRET}"')
    assert told == [
        "config.toml: relay.password: password and password_file are both given; keep one of them"
    ]


def test_a_username_and_a_password_go_together(read: Callable[..., Config]) -> None:
    assert faults(read, relay__username='"press"') == [
        "config.toml: relay.username: has no password; give password_file, or "
        "MAILER__RELAY__PASSWORD"
    ]
    assert faults(read, relay__password=f'"{SECRET}"') == [
        "config.toml: relay.username: missing though a password is given; give both or neither"
    ]


# --- secrets ----------------------------------------------------------------------------------


def test_a_secret_never_appears_in_a_configuration(
    read: Callable[..., Config], office: Path
) -> None:
    config = read({"MAILER__RELAY__PASSWORD": SECRET}, relay__username='"press"')
    password_file(office)
    from_file = read(**LOGIN)
    for one in (config, from_file, config.relay, from_file.relay):
        assert SECRET not in f"{one} {one!r} {one.model_dump()} {one.model_dump_json()}"
    with pytest.raises(ValidationError) as refused:
        Relay(host="h", password=f"{SECRET}\n")  # type: ignore[arg-type]
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        f'[relay]\npassword = ["{SECRET}"]',
        f'[relay]\npassword = {{ value = "{SECRET}" }}',
        f'[relay]\npassword = "{SECRET}\\n"',
        f'[relay]\npassword = "{SECRET}"\nport = "x"',
        f'[relay]\npasword = "{SECRET}"',
        f'[relay]\nhost = "press:{SECRET}@smtp.example.org"',
        f'[relay]\nhost = "smtp://press:{SECRET}@smtp.example.org"',
        f'[relay]\nhelo_name = "smtp://press:{SECRET}@smtp.example.org"',
        f'[relay]\npassword = "{SECRET}"\npassword = "{SECRET}"',
        f"[relay]\npassword = {SECRET}",
        f'[relay]\npassword = "{SECRET}',
        f'relay = "smtp://press:{SECRET}@smtp.example.org"',
        f'[[relay]]\npassword = "{SECRET}"',
        f'[database]\nurl = "postgresql://mailer:{SECRET}@db/mailer"',
        f'[database]\nurl = ["{SECRET}"]',
        f'password = "{SECRET}"',
        f'audience = ["{SECRET}"]',
    ],
)
def test_a_secret_never_appears_in_a_fault(office: Path, text: str) -> None:
    (office / "config.toml").write_text(text)
    with pytest.raises(ConfigError) as refused:
        load(office / "config.toml", {})
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    assert refused.value.__context__ is None or SECRET not in repr(refused.value.__context__)


# --- properties -------------------------------------------------------------------------------

SCALARS = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=300)
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.sampled_from(["starttls", "none", "localhost", "24h", "advance", "wires", "a@b.org"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from([key.rpartition(".")[2] for key in keys()]) | st.text(max_size=80)
SECTION = VALUES | st.dictionaries(NAMES, VALUES | SCALARS, max_size=6)
TABLES = st.dictionaries(
    st.sampled_from(sorted({key.partition(".")[0] for key in keys()})) | st.text(max_size=20),
    SECTION | st.lists(SECTION, max_size=3),
    max_size=6,
)


@given(tables=TABLES)
def test_any_tables_at_all_are_read_or_refused_in_clean_lines(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, Any]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mailer.config.read._tables", lambda path: tables)
        assert_refused_cleanly(tmp_path_factory.getbasetemp() / "config.toml", {})


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(content=b"[relay]\nhost = 1" + b"0" * 5000)
def test_any_bytes_at_all_are_refused_in_clean_lines(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "config.toml"
    path.write_bytes(content)
    assert_refused_cleanly(path, {})


VARIABLES = st.builds(
    "MAILER__{}{}".format,
    st.sampled_from([key.replace(".", "__").upper() for key in keys()]) | st.text(max_size=20),
    st.sampled_from(["", "", "", "__", "X"]),
)
ENVIRON = st.dictionaries(VARIABLES, st.text(st.characters(codec=None), max_size=20), max_size=4)


@given(environ=ENVIRON)
def test_any_environment_at_all_is_read_or_refused_in_clean_lines(
    tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "config.toml"
    path.write_text(MINIMAL)
    assert_refused_cleanly(path, environ)


def assert_refused_cleanly(path: Path, environ: Mapping[str, str]) -> None:
    """Refused (there are no lists here) with nothing a terminal would act on, line by line."""
    with pytest.raises(ConfigError) as refused:
        load(path, environ)
    for line in str(refused.value).split("\n"):
        assert line.startswith(("config.toml: ", "environment: MAILER__"))
        assert line.isprintable()
        line.encode()


@given(
    days=st.integers(0, 365), hours=st.integers(0, 23), minutes=st.integers(0, 59),
    seconds=st.integers(0, 59),
)  # fmt: skip
def test_a_duration_is_the_sum_of_its_parts(
    days: int, hours: int, minutes: int, seconds: int
) -> None:
    parts = {"d": days, "h": hours, "m": minutes, "s": seconds}
    written = "".join(f"{count}{unit}" for unit, count in parts.items() if count) or "0s"
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if span:
        assert relay(connect_timeout=written).connect_timeout == span
    else:
        with pytest.raises(ValidationError):
            relay(connect_timeout=written)


def relay(**values: object) -> Relay:
    return Relay.model_validate({"host": "localhost", **values})


@given(
    name=st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=40),
    local=st.from_regex(r"[a-z]{1,9}(\.[a-z]{1,9})?", fullmatch=True),
)
@example(name='Dunmore, "Piers" <x@y.org>', local="a")
@example(name="=?utf-8?q?Bcc?=", local="a")
@example(name="مكتب الإعلام", local="a")
def test_a_sender_is_always_one_mailbox_for_any_reader(
    tmp_path_factory: pytest.TempPathFactory, name: str, local: str
) -> None:
    folder = tmp_path_factory.getbasetemp() / "senders"
    if not folder.exists():
        folder.mkdir()
        lay_out(folder)
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    sender = f'"{quoted}" <{local}@press.example.org>'
    toml = sender.replace("\\", "\\\\").replace('"', '\\"')
    text = re.sub(r"(?m)^sender = .*$", lambda _: f'sender = "{toml}"', MINIMAL)
    (folder / "config.toml").write_text(text)
    taken = load(folder / "config.toml", {}).audience[0].sender
    assert "\n" not in taken
    message = message_from_string(f"From: {taken}\n\n", policy=policy.SMTPUTF8)
    (mailbox,) = message["From"].addresses
    assert mailbox.addr_spec == f"{local}@press.example.org"


# --- the example ------------------------------------------------------------------------------


def test_the_example_loads_as_it_is(office: Path) -> None:
    (office / "config.toml").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    config = load(office / "config.toml", {})
    audiences = {one.name: one.audience() for one in config.audience}
    assert list(audiences) == ["wires", "national", "broadcast", "arabic"]
    assert {name for name, one in audiences.items() if one.advance} == {
        "wires",
        "national",
        "arabic",
    }
    assert (audiences["arabic"].language, audiences["arabic"].timezone) == ("ar", "Africa/Cairo")


def test_the_example_shows_every_key_in_its_section() -> None:
    shown = set()
    section = ""
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if header := re.fullmatch(r"(?:# )?\[+([\w.]+)\]+", line):
            section = f"{header[1]}."
        elif key := re.match(r"(?:# )?(\w+) = ", line):
            shown.add(section + key[1])
    assert shown == set(keys())


FURTHER_RELAYS = r"(?ms)^# --- Further relays.*?(?=^# --- )"


def without_fallback(example: str) -> str:
    return re.sub(FURTHER_RELAYS, "", example)


def test_the_examples_second_relay_would_be_taken_as_it_is_shown(office: Path) -> None:
    password_file(office)
    text = EXAMPLE.read_text("utf-8")
    block = re.search(FURTHER_RELAYS, text)
    assert block
    shown = re.sub(r"(?m)^# (\[\[|\w+ = (?!\"\"))", r"\1", block[0])
    (office / "config.toml").write_text(text.replace(block[0], shown), "utf-8")
    first, second = load(office / "config.toml", {}).relay.in_order
    assert (first.address, second.address) == ("smtp.example.org:587", "smtp2.example.org:587")
    assert (first.username, second.secret()) == ("", SECRET)


def test_the_example_shows_each_default_as_it_is(office: Path) -> None:
    """Taking away every # but those of the examples' own values changes nothing."""
    text = without_fallback(EXAMPLE.read_text("utf-8"))
    (office / "config.toml").write_text(text, "utf-8")
    shown = re.sub(
        r"(?m)^# (?!username|password_file|transaction_t|reply_to|title|terms|not_before_local"
        r"|base_url|tls_c|tls_k|key_f|selector"
        r"|address|forward_to|maildir|imap_host|imap_username|imap_password_file)(\w+ = )",
        r"\1",
        text,
    )
    assert shown != text
    as_it_is = load(office / "config.toml", {})
    (office / "config.toml").write_text(shown, "utf-8")
    assert load(office / "config.toml", {}) == as_it_is


def test_the_examples_own_values_would_be_taken(office: Path) -> None:
    password_file(office)
    text = without_fallback(EXAMPLE.read_text("utf-8"))
    (office / "config.toml").write_text(
        re.sub(
            r"(?m)^# ((username|password_file|transaction_timeout|reply_to|not_before_local) = )",
            r"\1",
            text,
        ),
        "utf-8",
    )
    config = load(office / "config.toml", {})
    assert config.relay.secret() == SECRET
    assert config.relay.envelope_timeout == timedelta(minutes=2)
    assert config.audience[0].reply_to.endswith("<duty@harbourwatch.example>")


def test_keys_are_those_of_the_models() -> None:
    assert "relay.port" in keys()
    assert "audience.sender" in keys()
    assert "lists" in keys()
    assert "path" not in keys()
    assert len(keys()) == len(set(keys()))
