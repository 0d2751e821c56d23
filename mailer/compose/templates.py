"""Templates, out to words: a folder read once, and each copy rendered from that reading.

A template is the office's own, but what it is given is not: values are only ever words, in a
sandbox, with every undefined name an error that says where. An embargoed copy that does not begin
and end with its embargo notice, and a correction, withdrawal or embargo change without its mark,
is not rendered at all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cached_property, lru_cache
from html import unescape
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

import nh3
from css_inline import CSSInliner
from jinja2 import FunctionLoader, StrictUndefined, Template, meta, nodes
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailer.compose.prose import unbroken
from mailer.compose.text import one_line, paragraphs, tidy, underline, wrap
from mailer.compose.view import View, tongues, view
from mailer.compose.wording import word
from mailer.core.errors import TemplateError
from mailer.core.model import Contact, Dispatch, DispatchKind, Office, Version

BASE = "_base"
MAX_FILE = 1_000_000
MAX_FILES = 500
_SUFFIXES = frozenset({".html", ".txt", ".css"})
_NAMES = {
    DispatchKind.INVITATION: "invitation",
    DispatchKind.WITHDRAWAL: "withdrawal",
    DispatchKind.EMBARGO_CHANGE: "embargo_change",
}
_SPACE_RE = re.compile(r"\s+")
_HELP = "templates/README.md lists what a template may use"


class TemplateSet:
    """The templates folder as it was at one moment: what was previewed is what is sent."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """`files` maps names relative to the folder, with "/", to their text."""
        self.files: Mapping[str, str] = MappingProxyType(dict(sorted(files.items())))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every name and text, hexadecimal."""
        canonical = json.dumps(dict(self.files), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TemplateSet) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @classmethod
    def load(cls, folder: Path) -> TemplateSet:
        """Read every .html, .txt and .css file under `folder`.

        Raises `TemplateError` if the folder or its `_base` is missing, or if a file is too large,
        is not UTF-8 or lies outside the folder.
        """
        if not (folder / BASE).is_dir():
            raise TemplateError(
                f"{folder}: no templates here (there is no folder {BASE} in it); give the folder"
                " that `mailer init` made"
            )
        files: dict[str, str] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.suffix not in _SUFFIXES or any(part.startswith(".") for part in name.parts):
                continue
            if len(files) == MAX_FILES:
                raise TemplateError(f"{folder}: more than {MAX_FILES} templates; remove some")
            files[name.as_posix()] = _read(path, folder)
        return cls(files)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One copy's words: the subject on one line, the plain text, the HTML with its CSS inlined."""

    subject: str
    text: str
    html: str


def render(
    templates: TemplateSet,
    version: Version,
    dispatch: Dispatch,
    recipient: Contact,
    office: Office,
    *,
    embargoed: bool,
    leave: str = "",
    agreement: str = "",
) -> Rendered:
    """One contact's copy, in their language and zone; `embargoed` as `Dispatch.embargoed` has it.

    `leave` is the address of this contact's own page to choose and to leave, if there is one;
    `agreement` is where an invited contact may accept the embargo; empty: a sample stands there.

    Raises `TemplateError` as "file:line: what is wrong; what to do" for any fault in a template,
    used or not, for an embargoed copy that does not begin and end with its notice, and for a
    correction, withdrawal or embargo change that does not say that it is one.
    """
    pages = {"leave": leave, "agreement": agreement}
    seen = view(version, dispatch, recipient, office, embargoed=embargoed, **pages)
    compiled = _chosen(templates, dispatch, tongues(version, dispatch, recipient).wording)
    values = {field.name: getattr(seen, field.name) for field in fields(View)}
    subject, text, html = (_run(templates, template, values) for template in compiled)
    rendered = Rendered(one_line(subject), tidy(text), _inlined(paragraphs(html)))
    names = [str(template.filename) for template in compiled]
    if seen.notice:
        _require_notice(rendered, seen, names)
    if seen.mark:
        _require_mark(rendered, seen, names)
    if seen.agreement:
        _require_agreement(rendered, seen, names)
    return rendered


def syntax(
    templates: TemplateSet, dispatch: Dispatch, wording: str
) -> tuple[tuple[str, ...], Mapping[str, nodes.Template]]:
    """The names of a message's subject, text and HTML templates; the syntax of all they name.

    Raises `TemplateError` for what is wrong with them, as `render` does.
    """
    start = tuple(str(template.name) for template in _chosen(templates, dispatch, wording))
    return start, _reached(templates, _environment(templates, wording), *start)


def carries_notice(rendered: Rendered, notice: tuple[str, ...]) -> bool:
    """Whether both parts begin and end with `notice` (`view.notice`); True if there is none."""
    return not notice or not list(_lacking(rendered, notice))


# --- reading ----------------------------------------------------------------------------------


def _read(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    if not path.resolve().is_relative_to(folder.resolve()):
        raise TemplateError(f"{name}: leads outside the templates folder; copy the file into it")
    if not path.is_file():
        raise TemplateError(f"{name}: is not a file; remove or rename it")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        raise TemplateError(f"{name}: cannot be read ({error.strerror})") from error
    if len(content) > MAX_FILE:
        raise TemplateError(f"{name}: larger than {MAX_FILE // 1_000_000} MB; shorten it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TemplateError(f"{name}:{line}: is not UTF-8; save it as UTF-8") from error


# --- compiling --------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _environment(templates: TemplateSet, language: str) -> ImmutableSandboxedEnvironment:
    def source(name: str) -> tuple[str, str, None] | None:
        return (templates.files[name], name, None) if name in templates.files else None

    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(source),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda key: word(key, language),
        lambda one, many, n: word(one if n == 1 else many, language),
        newstyle=True,
    )
    environment.filters.update(wrap=wrap, underline=underline, unbroken=unbroken)
    return environment


def _chosen(templates: TemplateSet, dispatch: Dispatch, wording: str) -> tuple[Template, ...]:
    name = _NAMES.get(dispatch.kind, "advisory")
    return _compiled(templates, dispatch.audience.template, name, wording)


@lru_cache(maxsize=256)
def _compiled(
    templates: TemplateSet, folder: str, kind: str, language: str
) -> tuple[Template, ...]:
    """The three templates of a kind of message, each from an audience's folder or the base."""
    folders = sorted({name.partition("/")[0] for name in templates.files if "/" in name})
    if folder not in folders:
        raise TemplateError(
            f"templates/{one_line(folder)}: there is no such folder; there are {', '.join(folders)}"
        )
    environment = _environment(templates, language)
    compiled = []
    subject = "invitation_subject.txt" if kind == "invitation" else "subject.txt"
    for part in (subject, f"{kind}.txt", f"{kind}.html"):
        name = f"{folder}/{part}" if f"{folder}/{part}" in templates.files else f"{BASE}/{part}"
        if name not in templates.files:
            raise TemplateError(f"{name}: is missing; copy it from the shipped templates")
        try:
            compiled.append(environment.get_template(name))
            _check(templates, environment, name)
        except JinjaError as error:
            raise _fault(templates, error, name) from error
    return tuple(compiled)


def _check(templates: TemplateSet, environment: ImmutableSandboxedEnvironment, start: str) -> None:
    """Find every name a template and what it is built on would miss, in every branch of it."""
    trees = _reached(templates, environment, start)
    known = {field.name for field in fields(View)} | set(environment.globals) | {"self", "super"}
    for tree in trees.values():
        known |= {n.name for n in tree.find_all(nodes.Name) if n.ctx in ("store", "param")}
    for name, tree in trees.items():
        missing = meta.find_undeclared_variables(tree) - known
        for used in tree.find_all(nodes.Name):
            if used.name in missing:
                raise TemplateError(_undefined(name, used.lineno, used.name, known))


def _reached(
    templates: TemplateSet, environment: ImmutableSandboxedEnvironment, *start: str
) -> dict[str, nodes.Template]:
    """The syntax of these templates and of every one that they name."""
    trees: dict[str, nodes.Template] = {}
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name in trees:
            continue
        trees[name] = environment.parse(templates.files[name], name, name)
        for node in trees[name].find_all(
            (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
        ):
            other = node.template  # type: ignore[attr-defined]
            if isinstance(other, nodes.Const) and isinstance(other.value, str):
                if other.value not in templates.files:
                    raise TemplateError(
                        f"{name}:{node.lineno}: there is no template {other.value!r}"
                    )
                waiting.append(other.value)
    return trees


def _undefined(name: str, line: int, variable: str, known: set[str]) -> str:
    close = get_close_matches(variable, known, 1)
    advice = f"did you mean {close[0]!r}?" if close else _HELP
    return f"{name}:{line}: {variable!r} is undefined; {advice}"


# --- running ----------------------------------------------------------------------------------


def _run(templates: TemplateSet, template: Template, values: Mapping[str, Any]) -> str:
    try:
        return template.render(values)
    except Exception as error:
        # Whatever a template does wrong, a person gets its place and not our traceback.
        raise _fault(templates, error, str(template.filename)) from error


def _fault(templates: TemplateSet, error: Exception, name: str) -> TemplateError:
    line = getattr(error, "lineno", None)
    if line is not None:
        name = getattr(error, "name", None) or name
    else:
        name, line = _place(templates, error.__traceback__) or (name, 1)
    what = one_line(getattr(error, "message", None) or str(error)) or type(error).__name__
    return TemplateError(f"{name}:{line}: {what.rstrip('.')}; {_HELP}")


def _place(templates: TemplateSet, trace: TracebackType | None) -> tuple[str, int] | None:
    """The innermost line of a template in a traceback (Jinja gives its frames their lines)."""
    place = None
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if filename in templates.files:
            place = (filename, trace.tb_lineno)
        trace = trace.tb_next
    return place


_INLINER = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True, keep_style_tags=False)


@lru_cache(maxsize=128)
def _inlined(html: str) -> str:
    # Most contacts of an audience share their HTML; media queries stay in a style element.
    return _INLINER.inline(html).strip() + "\n"


# --- the notice and the mark ------------------------------------------------------------------


def _require_notice(rendered: Rendered, seen: View, names: list[str]) -> None:
    if not rendered.subject.startswith(seen.short_notice):
        raise TemplateError(
            f"{names[0]}:1: an embargoed copy's subject must begin with its embargo notice;"
            " begin it with {{ short_notice }}"
        )
    for position, where in _lacking(rendered, seen.notice):
        include = f"{{% include '{BASE}/notice{Path(names[position]).suffix}' %}}"
        raise TemplateError(
            f"{names[position]}:1: an embargoed copy must {where} with its embargo notice;"
            f" {where} with {include}"
        )


def _lacking(rendered: Rendered, notice: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    lines = rendered.text.rstrip("\n").split("\n")
    if tuple(lines[: len(notice)]) != notice:
        yield 1, "begin"
    if tuple(lines[-len(notice) :]) != notice:
        yield 1, "end"
    visible, wanted = _visible(rendered.html), _SPACE_RE.sub("", "".join(notice))
    if not visible.startswith(wanted):
        yield 2, "begin"
    if not visible.endswith(wanted):
        yield 2, "end"


def _require_agreement(rendered: Rendered, seen: View, names: list[str]) -> None:
    for name, words in zip(names[1:], (rendered.text, unescape(rendered.html)), strict=True):
        if seen.agreement not in words:
            raise TemplateError(
                f"{name}:1: an invitation must say where the embargo is accepted;"
                " put {{ agreement }} into it"
            )


def _require_mark(rendered: Rendered, seen: View, names: list[str]) -> None:
    wanted = _SPACE_RE.sub("", seen.mark)
    parts = (rendered.subject, rendered.text, _visible(rendered.html))
    for name, words in zip(names, parts, strict=True):
        if wanted not in _SPACE_RE.sub("", words):
            raise TemplateError(
                f"{name}:1: a message of kind {seen.dispatch_kind!r} must say that it is one;"
                " put {{ mark }} where it is seen at once"
            )


@lru_cache(maxsize=128)
def _visible(html: str) -> str:
    """The words of an HTML document without its head, tags, comments and white space."""
    words = nh3.clean(
        html, tags=set(), attributes={}, clean_content_tags={"script", "style", "title", "template"}
    )
    return _SPACE_RE.sub("", unescape(words))
