from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from mailer import office
from mailer.config import load
from mailer.core.errors import MailerError


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small tree of the same shape as the repository."""
    root = tmp_path / "checkout"
    files = {
        "config.example.toml": "# the office\n",
        "lists/wires.csv": "email\nana@paper.example\n",
        "templates/_base/advisory.txt": "{{ body }}",
        "templates/wires/advisory.txt": "wires",
        "templates/.DS_Store": "litter",
        "templates/__pycache__/x.pyc": "litter",
        "mailer/example/advisory.md": "+++\n+++\nText",
        "mailer/example/advisory.ar.md": "نص",
        "mailer/example/__init__.py": "",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "mailer/example/map.pdf").write_bytes(b"%PDF-1.7\xff\x00")
    return root


@pytest.fixture
def package(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(office, "_HERE", checkout / "mailer")
    return checkout / "mailer"


LAID_OUT = [
    "config.toml",
    "lists/wires.csv",
    "templates/_base/advisory.txt",
    "templates/wires/advisory.txt",
    "advisory.ar.md",
    "advisory.md",
    "map.pdf",
]


def test_an_office_is_laid_out_from_a_checkout(package: Path, tmp_path: Path) -> None:
    new = tmp_path / "far" / "office"
    written = office.create(new)
    assert [path.relative_to(new).as_posix() for path in written] == LAID_OUT
    assert sorted(written) == sorted(path for path in new.rglob("*") if path.is_file())
    assert (new / "config.toml").read_text() == "# the office\n"
    assert (new / "map.pdf").read_bytes() == b"%PDF-1.7\xff\x00"


def test_an_office_is_laid_out_from_an_installed_wheel(
    package: Path, checkout: Path, tmp_path: Path
) -> None:
    skeleton = package / "skeleton"
    skeleton.mkdir()
    (checkout / "lists").rename(skeleton / "lists")
    (checkout / "templates").rename(skeleton / "templates")
    (checkout / "config.example.toml").rename(skeleton / "config.toml")
    written = office.create(tmp_path / "office")
    assert [path.relative_to(tmp_path / "office").as_posix() for path in written] == LAID_OUT


def test_a_folder_it_makes_is_closed_to_others(package: Path, tmp_path: Path) -> None:
    office.create(tmp_path / "office")
    assert stat.S_IMODE((tmp_path / "office").stat().st_mode) == 0o700


def test_a_folder_with_other_files_is_taken_and_they_stay(package: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    office.create(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "config.toml").exists()


@pytest.mark.parametrize("taken", ["config.toml", "templates/wires/advisory.txt", "map.pdf"])
def test_never_overwrites_a_file(package: Path, tmp_path: Path, taken: str) -> None:
    new = tmp_path / "office"
    (new / taken).parent.mkdir(parents=True)
    (new / taken).write_text("mine")
    before = sorted(new.rglob("*"))
    with pytest.raises(MailerError, match=re.escape(str(new / taken))):
        office.create(new)
    assert sorted(new.rglob("*")) == before
    assert (new / taken).read_text() == "mine"


@pytest.mark.parametrize("link", ["config.toml", "templates", "lists/wires.csv"])
def test_never_writes_through_a_link(package: Path, tmp_path: Path, link: str) -> None:
    new, elsewhere = tmp_path / "office", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (new / link).parent.mkdir(parents=True)
    (new / link).symlink_to(elsewhere if link == "templates" else elsewhere / "file")
    with pytest.raises(MailerError, match=re.escape(str(new / link))):
        office.create(new)
    assert list(elsewhere.iterdir()) == []
    assert not (new / "advisory.md").exists()


def test_a_file_in_the_place_of_a_folder_is_refused(package: Path, tmp_path: Path) -> None:
    (tmp_path / "templates").write_text("mine")
    with pytest.raises(MailerError, match="nothing is overwritten"):
        office.create(tmp_path)
    assert not (tmp_path / "config.toml").exists()


def test_a_file_in_the_place_of_the_office_is_refused(package: Path, tmp_path: Path) -> None:
    (tmp_path / "office").write_text("mine")
    with pytest.raises(MailerError) as refused:
        office.create(tmp_path / "office")
    assert "\n" not in str(refused.value)
    assert (tmp_path / "office").read_text() == "mine"


def test_what_was_begun_is_taken_back_when_a_file_cannot_be_written(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Path.mkdir

    def full(self: Path, *args: object, **kwargs: object) -> None:
        if self.name == "wires":
            raise OSError(28, "No space left on device", str(self))
        make(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(MailerError, match="No space left on device; nothing was laid out"):
        office.create(tmp_path / "office")
    assert not (tmp_path / "office").exists()


def test_an_incomplete_installation_is_named(package: Path, tmp_path: Path) -> None:
    (package.parent / "config.example.toml").unlink()
    with pytest.raises(MailerError, match="missing from this installation"):
        office.create(tmp_path / "office")
    assert not (tmp_path / "office").exists()


@pytest.mark.skipif(
    not os.path.lexists(Path(office.__file__).parent / "example" / "advisory.md"),
    reason="the example advisory is not in this checkout",
)
def test_the_real_office_has_a_configuration_that_loads(tmp_path: Path) -> None:
    written = office.create(tmp_path / "office")
    config = load(tmp_path / "office" / "config.toml", {})
    assert [audience.name for audience in config.audience] == [
        "wires",
        "national",
        "broadcast",
        "arabic",
    ]
    assert tmp_path / "office" / "advisory.md" in written
