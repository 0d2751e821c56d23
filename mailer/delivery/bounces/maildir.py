"""A Maildir that the mail server delivers to (https://cr.yp.to/proto/maildir.html)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def look(folder: Path, take: Callable[[bytes], None], most: int) -> int:
    """Take each new message, `most` octets of it, and move it to `cur` once that has returned.

    How many there were. A file that cannot be read is left, and told of when all others are taken.
    Raises OSError, and at once whatever `take` raises: what was not recorded is still new.
    """
    taken, fault = 0, None
    for file in sorted((folder / "new").iterdir()):
        if file.name.startswith("."):
            continue
        try:
            with file.open("rb") as message:
                content = message.read(most)
        except FileNotFoundError:
            continue  # somebody else has taken it
        except OSError as error:
            fault = error
            continue
        take(content)
        file.rename(folder / "cur" / f"{file.name.partition(':')[0]}:2,S")
        taken += 1
    if fault is not None:
        raise fault
    return taken
