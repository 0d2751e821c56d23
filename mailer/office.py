"""A new office's folder: configuration, lists, templates and an example advisory, laid out.

Nothing that is there already is ever overwritten: either all of it is written, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mailer.core.errors import MailerError

_HERE = Path(__file__).parent
_CODE = frozenset({".py", ".pyc"})


def create(folder: Path) -> tuple[Path, ...]:
    """Lay out a new office in a folder, made if it is not there; the files written, in order.

    Raises `MailerError`, and leaves nothing behind, if a file it would write is there already or
    if one cannot be written. A folder it makes is closed to other users of the machine.
    """
    office = {folder / name: source for name, source in _skeleton(_HERE)}
    made: list[Path] = []
    try:
        for target in office:
            _refuse_if_taken(target, folder)
        for target, source in office.items():
            content = source.read_bytes()
            _make_folders(target.parent, made)
            with target.open("xb") as file:
                made.append(target)
                file.write(content)
    except OSError as error:
        for path in reversed(made):
            with suppress(OSError):  # what someone else has put there meanwhile stays
                path.rmdir() if path.is_dir() else path.unlink()
        raise MailerError(
            f"{error.filename or folder}: {error.strerror}; nothing was laid out"
        ) from None
    return tuple(office)


def _skeleton(package: Path) -> Iterator[tuple[Path, Path]]:
    """What an office consists of: each file's place in the office, and where it is copied from.

    An installed wheel carries it in `skeleton`; in a checkout it lies beside the package.
    """
    skeleton, checkout = package / "skeleton", package.parent
    if skeleton.is_dir():
        config, base = skeleton / "config.toml", skeleton
    else:
        config, base = checkout / "config.example.toml", checkout
    parts = [(Path(name), base / name) for name in ("lists", "templates")]
    for source in (config, package / "example", *(folder for _, folder in parts)):
        if not source.exists():
            raise MailerError(f"{source}: missing from this installation; install the mailer again")
    yield Path("config.toml"), config
    for place, source in (*parts, (Path(), package / "example")):
        for file in sorted(source.rglob("*")):
            name = file.relative_to(source)
            hidden = any(part.startswith((".", "__")) for part in name.parts)
            if file.is_file() and not hidden and file.suffix not in _CODE:
                yield place / name, file


def _refuse_if_taken(target: Path, folder: Path) -> None:
    """Raise if the file is there, or if a link or another file stands where its folder would."""
    for path in (target, *target.parents):
        if path == folder:
            break
        if path.is_symlink() or (path.exists() and (path == target or not path.is_dir())):
            raise MailerError(
                f"{path}: is there already, and nothing is overwritten; choose another folder"
            )
    if folder.exists() and not folder.is_dir():
        raise MailerError(f"{folder}: is not a folder; choose another name")


def _make_folders(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, noting each that was made."""
    if not folder.is_dir():
        _make_folders(folder.parent, made)
        folder.mkdir(mode=0o700)
        made.append(folder)
