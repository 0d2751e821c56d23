"""The console, or the public pages, as a process of its own: served until it is told to end.

`mailer run` starts each as a child and keeps it there (`child`). The sender waits for nothing of
them: no page can slow the sending, and one that crashes ends nothing but itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import sys
import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from mailer.config import Listener
from mailer.core.errors import MailerError

STOP_WITHIN_S = 5
"""Seconds that open requests have, once it was told to end."""

YIELDS_BY = 5
"""How much lower its priority is than that of the run it is beside."""


def serve(
    site: ASGIApp,
    name: str,
    where: Listener,
    say: Callable[[str], None],
    *,
    until_eof: bool = False,
) -> None:
    """Serve until SIGINT or SIGTERM; or, with `until_eof`, until standard input ends too.

    `name` is the section of the configuration that `where` is. MailerError if the address cannot
    be had or the certificate not be read.
    """
    listening = _listen(where, name)
    try:
        config = uvicorn.Config(
            site,
            ssl_certfile=where.tls_certificate,
            ssl_keyfile=where.tls_key,
            proxy_headers=where.behind_proxy,
            server_header=False,
            access_log=False,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
        try:
            config.load()
        except OSError as error:
            raise MailerError(
                f"[{name}] {where.tls_certificate}, {where.tls_key}: no certificate and key "
                f"that can be used: {error.strerror or error}"
            ) from None
        server = uvicorn.Server(config)
        if isinstance(site, FastAPI):
            site.state.ending = lambda: server.should_exit  # what streams ends its streams
        if until_eof:
            os.nice(YIELDS_BY)
            threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
        say(f"{name} at {address(where, listening)}")
        # What is loaded by now stays. Looking through it for garbage holds up a page by 100 ms.
        gc.collect()
        gc.freeze()
        asyncio.run(server.serve([listening]))
    finally:
        listening.close()


def address(where: Listener, listening: socket.socket) -> str:
    """What people open."""
    if where.base_url:
        return where.base_url
    host = f"[{where.host}]" if ":" in where.host else where.host
    scheme = "https" if where.secure else "http"
    return f"{scheme}://{host}:{listening.getsockname()[1]}"


def _listen(where: Listener, name: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it each answer takes 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((where.host, where.port))
        listening.listen(100)
    except OSError as error:
        listening.close()
        raise MailerError(
            f"{name}: {where.host}:{where.port} cannot be had ({error.strerror}); stop what "
            f"has it, or set [{name}] port"
        ) from None
    return listening


def _end_with_stdin(server: uvicorn.Server) -> None:
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    server.should_exit = True
