"""Several relays in order of preference: `[relay]`, and then every `[[relay.fallback]]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from support import make_office

from mailer.config import Config, load
from mailer.core.errors import ConfigError

SECRET = "correct-horse-7319"
OFFICE = """
templates = "{root}/templates"

[organisation]
name = "Lantern Coast Trust"
domain = "press.lantern.example"

[embargo]
zone = "Europe/London"

[relay]
host = "smtp.example.org"
command_timeout = "7s"
RELAYS

[[audience]]
name = "wires"
lists = ["wires.csv"]
sender = "Lantern press office <press@lantern.example>"
"""
TWO = """
[[relay.fallback]]
host = "second.example.org"
connections = 9
[[relay.fallback]]
host = "127.0.0.1"
port = 2525
tls = "none"
"""

Read = Callable[..., Config]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(relays: str, environ: Mapping[str, str] | None = None) -> Config:
        return load(make_office(tmp_path, config=OFFICE.replace("RELAYS", relays)), environ or {})

    return read


def faults(read: Read, relays: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(relays, environ)
    return str(refused.value).split("\n")


def test_one_relay_alone_needs_nothing_more(read: Read) -> None:
    (only,) = read("").relay.in_order
    assert only.address == "smtp.example.org:587"


def test_each_relay_has_its_own_way_in_and_what_is_said_for_all(read: Read) -> None:
    first, second, third = read(TWO).relay.in_order
    assert [one.address for one in (first, second, third)] == [
        "smtp.example.org:587",
        "second.example.org:587",
        "127.0.0.1:2525",
    ]
    assert [one.connections for one in (first, second, third)] == [4, 9, 4]
    assert [one.tls for one in (first, second, third)] == ["starttls", "starttls", "none"]
    assert {one.command_timeout for one in (first, second, third)} == {timedelta(seconds=7)}
    assert {one.fallback for one in (first, second, third)} == {()}


def test_never_the_first_relays_login_for_the_second(read: Read) -> None:
    login = {"MAILER__RELAY__USERNAME": "press", "MAILER__RELAY__PASSWORD": SECRET}
    first, second, _ = read(TWO, login).relay.in_order
    assert first.secret() == SECRET
    assert (second.username, second.secret()) == ("", "")


def test_a_fallback_that_stands_in_the_file_is_set_by_its_number(read: Read) -> None:
    relays = read(
        TWO,
        {
            "MAILER__RELAY__FALLBACK__1__USERNAME": "press",
            "MAILER__RELAY__FALLBACK__1__PASSWORD": SECRET,
            "mailer__relay__fallback__2__port": "26",
        },
    ).relay.in_order
    assert [one.secret() for one in relays] == ["", SECRET, ""]
    assert relays[2].address == "127.0.0.1:26"
    assert SECRET not in repr(relays)


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("FALLBACK__3__PORT", "there is no such [[relay.fallback]] in config.toml; write it there"),
        ("FALLBACK__0__PORT", "there is no such [[relay.fallback]] in config.toml; write it there"),
        ("FALLBACK__PORT", "no such key; did you mean MAILER__RELAY__FALLBACK__1__PORT?"),
        ("FALLBACK__1__PROT", "no such key; did you mean MAILER__RELAY__FALLBACK__1__PORT?"),
        ("1__PORT", "no such key; did you mean MAILER__RELAY__PORT?"),
        ("FALLBACK__" + "9" * 5000 + "__PORT", "no such key"),
    ],
)
def test_a_variable_for_a_relay_that_is_not_there_is_refused(
    read: Read, variable: str, said: str
) -> None:
    (told,) = faults(read, TWO, {f"MAILER__RELAY__{variable}": SECRET})
    assert said in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("relays", "told"),
    [
        ("[[relay.fallback]]", "relay.fallback[1].host: missing; a name like"),
        (TWO + "prot = 1", "relay.fallback[2].prot: no such key; did you mean port?"),
        (TWO + "warm = '1s'", "relay.fallback[2].warm: no such key; did you mean relay.warm?"),
        (TWO + "connections = 0", "relay.fallback[2].connections: 0 is out of range; 1 to 100"),
        ("[relay.fallback]\nhost = 'b.example'", "relay.fallback: the value is not a list"),
        ("fallback = 'b.example'", "relay.fallback: the value is not a list; write"),
        ("fallback = ['b.example']", "relay.fallback[1]: the value is not a table; write [["),
        ("[[relay.fallback]]\nhost = 'SMTP.example.org'", "relay.fallback: names one relay"),
        (
            "[[relay.fallback]]\nhost = 'b.example'\nusername = 'press'",
            "relay.fallback[1].username: has no password; give password_file, or "
            "MAILER__RELAY__FALLBACK__1__PASSWORD",
        ),
        (
            "[[relay.fallback]]\nhost = 'b.example'\ntls = 'none'",
            'relay.fallback[1].tls: "none" would send embargoed text in the clear',
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_of_the_relay_that_has_it(read: Read, relays: str, told: str) -> None:
    (line,) = faults(read, relays)
    assert line.startswith(f"config.toml: {told}")


def test_a_fault_from_the_environment_names_its_variable_and_not_its_value(read: Read) -> None:
    variable = "MAILER__RELAY__FALLBACK__2__PASSWORD"
    (line,) = faults(read, TWO, {variable: f"{SECRET}\n"})
    assert line.startswith(f"environment: {variable}: the value holds a line break")
    assert SECRET not in line


def test_what_comes_before_the_text_has_a_time_of_its_own(read: Read) -> None:
    relay = read("").relay
    assert relay.envelope_timeout == relay.command_timeout
    relay = read('data_timeout = "3m"\ntransaction_timeout = "200s"').relay
    assert relay.envelope_timeout == timedelta(seconds=20)
    (told,) = faults(read, 'data_timeout = "3m"\ntransaction_timeout = "3m"')
    assert told == (
        "config.toml: relay.transaction_timeout: leaves nothing for what comes before the text; "
        "more than data_timeout is accepted"
    )
