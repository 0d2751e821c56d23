"""The console as a process of its own: served until it is told to end.

`mailer run` starts it as a child and keeps it there (`keep`). The sender waits for nothing of it:
no page can slow the sending, and a console that crashes ends nothing but itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import threading
from collections.abc import Callable

import uvicorn

from mailer.app import App
from mailer.config import Console
from mailer.core.errors import MailerError
from mailer.web.console import create

STOP_WITHIN_S = 5
"""Seconds that open requests have, once the console was told to end."""


def serve(app: App, say: Callable[[str], None], *, until_eof: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; or, with `until_eof`, until standard input ends too.

    MailerError if the address cannot be had or the certificate not be read.
    """
    console = app.config.console
    listening = _listen(console)
    try:
        config = uvicorn.Config(
            create(app),
            ssl_certfile=console.tls_certificate,
            ssl_keyfile=console.tls_key,
            proxy_headers=console.behind_proxy,
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
                f"[console] {console.tls_certificate}, {console.tls_key}: no certificate and key "
                f"that can be used: {error.strerror or error}"
            ) from None
        server = uvicorn.Server(config)
        if until_eof:
            threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
        say(f"console at {address(console, listening)}")
        asyncio.run(server.serve([listening]))
    finally:
        listening.close()


def address(console: Console, listening: socket.socket) -> str:
    """What people open."""
    if console.base_url:
        return console.base_url
    host = f"[{console.host}]" if ":" in console.host else console.host
    scheme = "https" if console.secure else "http"
    return f"{scheme}://{host}:{listening.getsockname()[1]}"


def _listen(console: Console) -> socket.socket:
    family = socket.AF_INET6 if ":" in console.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((console.host, console.port))
        listening.listen(100)
    except OSError as error:
        listening.close()
        raise MailerError(
            f"console: {console.host}:{console.port} cannot be had ({error.strerror}); stop what "
            "has it, or set [console] port"
        ) from None
    return listening


def _end_with_stdin(server: uvicorn.Server) -> None:
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    server.should_exit = True
