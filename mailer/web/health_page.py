"""For machines that watch: alive, ready, and figures for Prometheus. None tells of an advisory."""

from __future__ import annotations

import hmac
import ipaddress
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from mailer import __version__
from mailer.app import App
from mailer.core.errors import LedgerError
from mailer.core.outlook import NeedKind, Outlook, Tally
from mailer.core.states import DispatchState
from mailer.ledger import lease
from mailer.web.access import ForbiddenError, office
from mailer.web.live import Live, live

router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"])
def healthz() -> Response:
    """The console answers."""
    return PlainTextResponse("ok\n")


@router.api_route("/readyz", methods=["GET", "HEAD"])
def readyz(request: Request) -> Response:
    """200 if the ledger can be read and a run is at work on it, 503 if not; both say which."""
    app = office(request)
    ledger = _readable(app)
    run = lease.lives(app.config.database.path, app.now())
    ready = ledger and run
    return JSONResponse({"ready": ready, "ledger": ledger, "run": run}, 200 if ready else 503)


def _readable(app: App) -> bool:
    try:
        app.desk.people()
    except LedgerError:
        return False
    return True


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Figures, to this machine, or to whoever has [console] metrics_token as a bearer token."""
    if not _may_read_metrics(request):
        raise ForbiddenError
    registry = CollectorRegistry()
    registry.register(Figures(office(request), live(request)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read_metrics(request: Request) -> bool:
    token = office(request).config.console.metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(token.encode(), given.encode())
    try:
        asking = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return asking.is_loopback


class Figures(Collector):
    """What Prometheus is told. Copies are those of dispatches that are open or just done."""

    def __init__(self, app: App, live: Live) -> None:
        self._app, self._live = app, live

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment; `mailer_ledger_up` 0 and nothing more without a ledger."""
        try:
            now = self._live.look(fresh=True).outlook
        except LedgerError:
            yield _figure("mailer_ledger_up", "Whether the ledger can be read", 0)
            return
        yield _figure("mailer_ledger_up", "Whether the ledger can be read", 1)
        alive = lease.lives(self._app.config.database.path, now.at)
        yield _figure("mailer_run_up", "Whether a mailer run is at work", alive)
        build = GaugeMetricFamily("mailer_build_info", "The version", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        yield from _of(now)


def _of(now: Outlook) -> Iterator[Metric]:
    passages = {
        one.dispatch: one for one in (*(p for c in now.coming for p in c.passages), *now.going)
    }.values()
    states = Counter(one.state for one in passages)
    dispatches = GaugeMetricFamily(
        "mailer_dispatches", "Dispatches that are open or just done", labels=["state"]
    )
    for one in DispatchState:
        dispatches.add_metric([one.value], states[one])
    yield dispatches
    copies = GaugeMetricFamily("mailer_copies", "Copies of those dispatches", labels=["state"])
    for state in fields(Tally):
        copies.add_metric([state.name], sum(getattr(one.tally, state.name) for one in passages))
    yield copies
    kinds = Counter(need.kind for need in now.needs)
    needs = GaugeMetricFamily("mailer_needs_person", "What needs a person", labels=["kind"])
    for kind in NeedKind:
        needs.add_metric([kind.name.lower()], kinds[kind])
    yield needs
    if now.coming:
        at = now.coming[0].instant.timestamp()
        yield _figure(
            "mailer_next_instant_seconds", "When the next dispatch is due (Unix time)", at
        )


def _figure(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=float(value))
