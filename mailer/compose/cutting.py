"""Which templates can be cut: rendered once, and filled with each contact's words.

A template can be cut if what it makes depends on the contact's name, outlet and link in two
ways only: whether each is there at all, and where it stands, whole and unchanged. This is read from
the templates' syntax. Whatever is not known to be so is taken not to be: then every copy is
rendered, which is slower and never wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from jinja2 import nodes

_FIELDS = frozenset({"name", "outlet", "leave"})
_CAPTURES = (nodes.AssignBlock, nodes.CallBlock, nodes.FilterBlock, nodes.Macro)
_ESCAPES = (nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)
_CHANCE = frozenset({"lipsum", "random"})


class _Place(Enum):
    """What is done with the value of an expression."""

    WRITTEN = "it is written out as it is"
    ASKED = "it is asked only whether it is empty"
    USED = "something else"


def cuttable(start: tuple[str, ...], trees: Mapping[str, nodes.Template]) -> bool:
    """Whether a message can be cut, by `templates.syntax`; its subject has no contact in it."""
    subject, *parts = start
    reader = _Reader(trees)
    return reader.fits(subject, captured=True) and all(
        reader.fits(part, captured=False) for part in parts
    )


class _Reader:
    """Reads templates downward. `captured`: what they write is not sent as it is."""

    def __init__(self, trees: Mapping[str, nodes.Template]) -> None:
        self._trees = trees
        self._seen: set[tuple[str, bool]] = set()

    def fits(self, name: str, *, captured: bool) -> bool:
        if (name, captured) in self._seen:
            return True
        self._seen.add((name, captured))
        return self._fits(self._trees[name], _Place.USED, captured=captured)

    def _fits(self, node: nodes.Node, place: _Place, *, captured: bool) -> bool:
        match node:
            case nodes.Getattr(node=nodes.Name(name="recipient"), attr=attr) if attr in _FIELDS:
                return place is _Place.ASKED or (place is _Place.WRITTEN and not captured)
            case nodes.Call(
                node=nodes.Name(name="super") | nodes.Getattr(node=nodes.Name(name="self")), args=[]
            ):
                return place is _Place.WRITTEN and not captured
            case nodes.Name(name="recipient" | "super" | "self"):
                return False
            case nodes.Name(name=name) | nodes.Filter(name=name) | nodes.Const(value=name) if (
                isinstance(name, str) and name in _CHANCE
            ):
                return False
            case nodes.Extends() | nodes.Include() | nodes.Import() | nodes.FromImport():
                return self._other(node, captured=captured)
        if isinstance(node, _ESCAPES) or (captured and isinstance(node, nodes.Block)):
            return False
        # A recursive loop's body is also the value of `loop(…)`.
        caught = isinstance(node, _CAPTURES) or (isinstance(node, nodes.For) and node.recursive)
        return all(
            self._fits(child, _placed(node, child, place), captured=captured or caught)
            for child in node.iter_child_nodes()
        )

    def _other(
        self,
        node: nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport,
        *,
        captured: bool,
    ) -> bool:
        if not isinstance(node.template, nodes.Const) or node.template.value not in self._trees:
            return False
        imported = isinstance(node, nodes.Import | nodes.FromImport)
        return self.fits(node.template.value, captured=captured or imported)


def _placed(node: nodes.Node, child: nodes.Node, place: _Place) -> _Place:
    """What `node`, itself in `place`, does with the value of its `child`."""
    match node:
        case nodes.Output():
            return _Place.WRITTEN
        case nodes.Not():
            return _Place.ASKED
        case nodes.If(test=test) | nodes.CondExpr(test=test) if child is test:
            return _Place.ASKED
        case nodes.And() | nodes.Or() | nodes.CondExpr():
            return place
    return _Place.USED
