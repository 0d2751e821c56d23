"""The API put together, as an application of its own below /api/v1."""

from __future__ import annotations

from fastapi import FastAPI

from mailer import __version__
from mailer.app import App
from mailer.web.access import refuse_open_routes
from mailer.web.api import acts, advisories, contacts, desk, lists, log, problems

NO_LIMIT = 1 << 40
"""Each operation holds its body to a size itself (operation.py), and says so in a problem."""

ABOUT = """
What the console does, for programs, through the same desk: whatever is refused there is refused
here. `docs/reference/api.md` has the conventions: tokens, problems, times and idempotency keys.
"""


ROUTERS = (
    desk.router,
    advisories.router,
    advisories.uploads,
    acts.router,
    acts.uploads,
    log.router,
    contacts.router,
    lists.router,
    lists.uploads,
)


def create(app: App) -> FastAPI:
    """The API of an office, to be mounted at /api/v1."""
    api = FastAPI(
        title="Press mailer",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        default_response_class=problems.Inert,
        responses=problems.ALWAYS,
        max_body_size=NO_LIMIT,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.app = app
    for router in ROUTERS:
        api.include_router(router)
    for kind in problems.HANDLED:
        api.add_exception_handler(kind, problems.answer)
    refuse_open_routes(api)
    return api
