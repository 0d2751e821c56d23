"""Many rows into one table, as fast as the driver takes them.

SQLAlchemy's own executemany spends more time on each row than SQLite does: it looks up every
parameter's name and type again. Here that is done once a table; what reaches the ledger is the
same, as a test holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert
from sqlmodel import Session

ROWS_AT_ONCE = 5_000
"""Rows of one statement: a long list is kept without a second copy of it in memory."""


def insert_many(
    session: Session,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    shared: Mapping[str, Any],
) -> None:
    """Insert `rows`, each the values of `columns`; `shared` is what all of them have besides."""
    dialect = session.get_bind().dialect
    processors = [
        table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        for name in (*columns, *shared)
    ]
    own, common = processors[: len(columns)], processors[len(columns) :]
    rest = tuple(_kept(one, value) for one, value in zip(common, shared.values(), strict=True))
    to_do = [(nth, processor) for nth, processor in enumerate(own) if processor is not None]
    names = (*columns, *shared)
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    order = [names.index(name) for name in compiled.positiontup or names]

    def ready(row: Sequence[Any]) -> Any:
        values = [*row, *rest]
        for nth, processor in to_do:
            values[nth] = processor(values[nth])
        if compiled.positional:
            return tuple([values[nth] for nth in order])
        return dict(zip(names, values, strict=True))

    stream = iter(rows)
    connection = session.connection()
    while some := [ready(row) for row in islice(stream, ROWS_AT_ONCE)]:
        connection.exec_driver_sql(str(compiled), some)


def _kept(processor: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if processor is None else processor(value)
