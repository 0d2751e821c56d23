"""An operation of the API: held to a size, to what it knows, and done once for each key.

A key is one token holder's, for a day. The same key with another request is refused; so is the same
while the first is under way. A request that was never answered (the console was stopped in the
middle of it) keeps its key: nobody can say whether it was done, so a person looks.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from mailer.core.people import Person
from mailer.ledger.tokens import Earlier
from mailer.web.access import office
from mailer.web.api import problems
from mailer.web.api.access import BEARER, token_person
from mailer.web.api.problems import KeyInUseError
from mailer.web.uploads import LARGEST

HEADER = "Idempotency-Key"


def _documented(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            min_length=1,
            max_length=200,
            pattern=r"^[\x20-\x7e]+$",
            description="of your choice; the same request with it again is not done again",
        ),
    ] = None,
) -> None:
    """The header, for the description and to be valid; `Operation` is what heeds it."""


KEYED = [Depends(_documented)]
"""The `dependencies` of each route that changes something."""

FORGOTTEN = frozenset({401, 403, 413})
"""Answers that no key remembers: nothing was done, and the same request may fare better."""


class Operation(APIRoute):
    """A route that ignores no parameter in silence, and heeds `Idempotency-Key` on POST and PUT."""

    largest = 1 << 20
    """Octets of a request's body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, asked once for each key."""
        handle = super().get_route_handler()
        known = set(_parameters(self.dependant))

        async def once(request: Request) -> Response:
            request = _held_to(request, self.largest)
            unknown = [name for name in request.query_params if name not in known]
            if unknown:
                faults = [{"loc": ("query", name), "msg": "is not known here"} for name in unknown]
                raise RequestValidationError(faults)
            key = request.headers.get(HEADER)
            if key is None or request.method in ("GET", "HEAD"):
                return await handle(request)
            person = await asyncio.to_thread(token_person, office(request), await BEARER(request))
            if person is None:
                return await handle(request)  # which says so
            return await _once(request, person, key, handle)

        return once


class Upload(Operation):
    """An operation that takes a list's file."""

    largest = LARGEST * 4 // 3 + (1 << 16)  # in base64, and what stands around it


def _held_to(request: Request, largest: int) -> Request:
    """The request, whose body is read no further than `largest` octets.

    Starlette's own limit would answer in plain text.
    """
    length, total = request.headers.get("content-length", ""), 0
    if length.isdecimal() and int(length) > largest:
        raise _too_large(largest)

    async def receive() -> Message:
        nonlocal total
        message = await request.receive()
        total += len(message.get("body", b""))
        if total > largest:
            raise _too_large(largest)
        return message

    return Request(request.scope, receive)


def _too_large(largest: int) -> HTTPException:
    return HTTPException(413, f"the body is larger than the {largest:,} octets that are taken")


def _parameters(dependant: Dependant) -> Iterator[str]:
    """The names of a route's query parameters, through all of its dependencies."""
    yield from (one.alias for one in dependant.query_params)
    for further in dependant.dependencies:
        yield from _parameters(further)


async def _once(
    request: Request,
    person: Person,
    key: str,
    handle: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
    app = office(request)
    earlier = await asyncio.to_thread(
        app.desk.begin_once, person, key, await _hash(request), now=app.now()
    )
    if earlier is not None:
        return _again(earlier)
    status, text = None, ""
    try:
        try:
            answer = await handle(request)
        except Exception as error:
            told = problems.of(error)
            if told is None:
                raise
            answer = told
        if answer.status_code < 500 and answer.status_code not in FORGOTTEN:
            status, text = answer.status_code, bytes(answer.body).decode()
        return answer
    finally:
        await asyncio.to_thread(app.desk.end_once, person, key, status, text)


def _again(earlier: Earlier) -> Response:
    if not earlier.same:
        raise KeyInUseError(
            422, "key-reused", "this idempotency key was used for another request; use a new one"
        )
    if earlier.status is None:
        raise KeyInUseError(
            409,
            "key-in-use",
            f"a request with this key began at {earlier.at:%Y-%m-%dT%H:%M:%SZ} and has no answer "
            "yet; wait, or look whether it was done before you use another key",
        )
    kind = "application/json" if earlier.status < 400 else problems.MEDIA_TYPE
    return Response(
        earlier.answer, earlier.status, media_type=kind, headers={"Idempotency-Replayed": "true"}
    )


async def _hash(request: Request) -> str:
    """What makes two requests the same: method, address and body."""
    body = await request.body()
    named = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(named + body).hexdigest()
