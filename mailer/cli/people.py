"""The users of the console."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from mailer import present
from mailer.cli.common import ByDefault, Json, cli, opened
from mailer.core.errors import MailerError
from mailer.core.inert import inert
from mailer.core.people import Role

user_cli = typer.Typer(help="Who may use the console, and in which role.", no_args_is_help=True)
cli.add_typer(user_cli, name="user")

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="What the user logs in with.")]
RoleOption = Annotated[Role, typer.Option("--role", help="What the user may do.")]


@user_cli.command("add")
def user_add(
    login: Login,
    role: RoleOption,
    name: Annotated[str, typer.Option("--name", help="As colleagues read it.")] = "",
    email: Annotated[str, typer.Option("--email", help="Where test sends go.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="IANA zone; default: the office's.")] = "",
    by: ByDefault = "",
) -> None:
    """Add a user. The password is asked for, or read as a line from standard input."""
    with opened(make=True) as app:
        person = app.desk.add_person(
            login,
            _password(),
            role,
            by=by or getpass.getuser(),
            now=app.now(),
            name=name,
            email=email,
            zone=zone,
        )
    print(f"added {inert(person.login)}, {person.role}")


@user_cli.command("list")
def user_list(as_json: Json = False) -> None:
    """The users there are."""
    with opened() as app:
        people = app.desk.people()
    if as_json:
        fields = ("login", "name", "email", "role", "zone")
        present.print_json([{name: getattr(one, name) for name in fields} for one in people])
        return
    for one in people:
        email = f" <{one.email}>" if one.email else ""
        print(inert(f"{one.login}  {one.role}  {one.name}{email}  {one.zone}"))
    if not people:
        print("no users; `mailer user add LOGIN --role admin` adds one")


@user_cli.command("password")
def user_password(login: Login, by: ByDefault = "") -> None:
    """Set a user's password, asked for or read from standard input. Their sessions end."""
    with opened() as app:
        app.desk.set_password(login, _password(), by=by or getpass.getuser(), now=app.now())
    print(f"{inert(login)} has a new password")


@user_cli.command("role")
def user_role(login: Login, role: RoleOption, by: ByDefault = "") -> None:
    """Set a user's role. Their sessions end."""
    with opened() as app:
        app.desk.set_role(login, role, by=by or getpass.getuser(), now=app.now())
    print(f"{inert(login)} is {role}")


@user_cli.command("remove")
def user_remove(login: Login, by: ByDefault = "") -> None:
    """Remove a user. Their sessions end; what they did stays on record."""
    with opened() as app:
        app.desk.remove_person(login, by=by or getpass.getuser(), now=app.now())
    print(f"removed {inert(login)}")


def _password() -> str:
    """Typed twice at a terminal, unseen; otherwise a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise MailerError("no password; give it as a line on standard input")
    return line
