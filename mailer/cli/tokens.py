"""The tokens of the API."""

from __future__ import annotations

import getpass
from datetime import timedelta
from typing import Annotated

import typer

from mailer import present
from mailer.cli.common import ByDefault, Json, cli, opened
from mailer.core.inert import inert
from mailer.core.people import Role

token_cli = typer.Typer(help="Tokens for programs that use the API.", no_args_is_help=True)
cli.add_typer(token_cli, name="token")


@token_cli.command("add")
def token_add(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="In whose name it acts.")],
    name: Annotated[str, typer.Option("--name", help="What will use it.")],
    role: Annotated[Role, typer.Option("--role", help="What it may do; no more than its user.")],
    days: Annotated[
        int, typer.Option("--days", min=0, help="How long it lasts; 0: for ever.")
    ] = 90,
    by: ByDefault = "",
) -> None:
    """Make a token, and show it: this once."""
    with opened() as app:
        made, token = app.desk.add_token(
            login,
            name,
            role,
            lasts=timedelta(days=days) if days else None,
            by=by or getpass.getuser(),
            now=app.now(),
        )
    print(token)
    ends = f" until {present.stamp(made.expires_at)}" if made.expires_at else ""
    typer.echo(
        f"token {made.id} of {inert(made.login)}, {made.role}{ends}; it is not shown again",
        err=True,
    )


@token_cli.command("list")
def token_list(as_json: Json = False) -> None:
    """The tokens there are, and when each was last used. None is shown."""
    with opened() as app:
        found, now = app.desk.tokens(), app.now()
    if as_json:
        present.print_json(
            [
                {
                    "id": one.id,
                    "login": one.login,
                    "name": one.name,
                    "role": one.role,
                    "created_at": present.stamp(one.created_at),
                    "expires_at": present.stamp(one.expires_at),
                    "used_at": present.stamp(one.used_at),
                    "revoked_at": present.stamp(one.revoked_at),
                }
                for one in found
            ]
        )
        return
    for one in found:
        used = f"last used {present.stamp(one.used_at)}" if one.used_at else "never used"
        state = "revoked" if one.revoked_at else "lives" if one.lives(now) else "over"
        print(inert(f"{one.id}  {one.login}  {one.role}  {one.name}  {state}, {used}"))


@token_cli.command("revoke")
def token_revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="As `mailer token list` has it.")],
    by: ByDefault = "",
) -> None:
    """End a token at once."""
    with opened() as app:
        token = app.desk.revoke_token(number, by=by or getpass.getuser(), now=app.now())
    print(f"revoked token {token.id} of {inert(token.login)}")
