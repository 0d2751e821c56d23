"""What the API says when something is wrong: RFC 9457 problem details, for every status from 400.

`type` is stable and says what kind of problem it is; `detail` is a sentence for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from mailer.core.errors import LedgerBusyError, MailerError, NeedsDecisionError, NotThereError
from mailer.core.inert import inert, inert_json
from mailer.web.access import ForbiddenError, NoSessionError

MEDIA_TYPE = "application/problem+json"


class Inert(JSONResponse):
    """JSON in which control and direction characters stand as escapes."""

    def render(self, content: Any) -> bytes:
        """The JSON, in UTF-8."""
        return inert_json(content, indent=None).encode()


class FieldFault(BaseModel):
    """What is wrong with one part of a request; `pointer` is its JSON pointer (RFC 6901)."""

    where: str = Field(description="body, query, path or header")
    pointer: str
    detail: str


class Problem(BaseModel):
    """A problem (RFC 9457)."""

    type: str = Field(description="urn:press-mailer:problem: and what kind it is")
    title: str
    status: int
    detail: str
    errors: list[FieldFault] | None = Field(None, description="of a request that is not valid")


class KeyInUseError(Exception):
    """An idempotency key that cannot be used for this request. `status` is 409 or 422."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    errors: Sequence[FieldFault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer that says what is wrong."""
    content: dict[str, Any] = {
        "type": f"urn:press-mailer:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "\n".join(map(inert, detail.splitlines())),
    }
    if errors:
        content["errors"] = [error.model_dump() for error in errors]
    return Inert(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def of(error: Exception) -> Response | None:
    """The answer to a fault that is the request's; None: it is ours."""
    match error:
        case NoSessionError():
            told = "send a token that lives: Authorization: Bearer …; `mailer token add` makes one"
            return problem(401, "no-token", told, headers={"WWW-Authenticate": "Bearer"})
        case ForbiddenError():
            return problem(403, "forbidden", "the token's role does not include this")
        case NotThereError():
            return problem(404, "not-there", str(error))
        case KeyInUseError():
            return problem(error.status, error.kind, error.detail)
        case LedgerBusyError():
            return problem(503, "busy", f"{error}; try again", headers={"Retry-After": "1"})
        case NeedsDecisionError():
            return problem(422, "needs-decision", str(error))
        case MailerError():
            return problem(422, "refused", str(error))
        case RequestValidationError():
            faults = [_fault(one) for one in error.errors()]
            return problem(422, "not-valid", "the request is not valid: see errors", errors=faults)
        case HTTPException():
            kinds = {404: "not-there", 405: "method", 413: "too-large"}
            kind = kinds.get(error.status_code, "http")
            said = str(error.detail) or HTTPStatus(error.status_code).phrase
            return problem(error.status_code, kind, said, headers=error.headers)
    return None


async def answer(_: Request, error: Exception) -> Response:
    """The exception handler of the API."""
    told = of(error)
    return told or problem(500, "fault", "the console failed here; what happened is in its log")


HANDLED = (
    NoSessionError,
    ForbiddenError,
    KeyInUseError,
    MailerError,
    RequestValidationError,
    HTTPException,
    Exception,
)


def _fault(error: Any) -> FieldFault:
    where, *path = error["loc"]
    pointer = "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in path
    )  # RFC 6901 §3
    return FieldFault(
        where=str(where), pointer=inert(pointer)[:300], detail=str(error["msg"])[:300]
    )


def _told(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


ALWAYS: dict[int | str, dict[str, Any]] = {
    400: _told("The request cannot be read"),
    401: {
        **_told("No token that lives"),
        "headers": {"WWW-Authenticate": {"schema": {"type": "string"}}},
    },
    403: _told("The token's role does not include it"),
    404: _told("There is no such thing"),
    409: _told("A request with this idempotency key is under way"),
    413: _told("The body is too large"),
    422: _told("Not valid, or refused; detail says why and what to do"),
    503: _told("The ledger is busy; try again"),
}
"""What every operation may answer besides what it promises."""
