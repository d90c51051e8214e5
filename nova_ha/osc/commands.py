# SPDX-License-Identifier: Apache-2.0
"""What all commands have in common: the client, and how things look."""

import argparse
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
import dataclasses
from typing import Any
from typing import ClassVar

from osc_lib.command import command

from nova_ha.osc import cells
from nova_ha.osc import client
from nova_ha.osc import tables

FAILED = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    :ivar key: of the answer's field; with dots for one within another.
    :ivar long: shown with ``--long`` only.
    :ivar human: what people read for a value; None: see :mod:`.cells`.
    """

    title: str
    key: str
    long: bool = False
    human: Callable[[Any], str] | None = None

    def value(self, item: Mapping[str, Any]) -> Any:
        """Return the field of a thing; None where it has none."""
        found: Any = item
        for key in self.key.split('.'):
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def shown(self, value: Any, formatter: str) -> Any:
        """Return the value as a format of cliff's has it."""
        if formatter == cells.TABLE and value is not None:
            if self.human is not None:
                return self.human(value)
            return cells.readable(value, self.key.rpartition('.')[2])
        return cells.shown(value, formatter)


def short(columns: Iterable[Column]) -> Sequence[Column]:
    """Return those that are shown without ``--long``."""
    return [column for column in columns if not column.long]


def table(
    columns: Sequence[Column], things: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Return the lines of a table for people."""
    rows = [
        [column.shown(column.value(thing), cells.TABLE) for column in columns]
        for thing in things
    ]
    return tables.lines([column.title for column in columns], rows)


class Command(command.Command):
    """A command of ours that prints what it likes."""

    @property
    def client(self) -> client.Client:
        """Return the client that the plugin has made."""
        return _client(self)


class Lister(command.Lister):
    """A command that prints a list.

    :cvar COLUMNS: all there are, in their order.
    """

    COLUMNS: ClassVar[Sequence[Column]]
    exit_code = 0

    @property
    def client(self) -> client.Client:
        """Return the client that the plugin has made."""
        return _client(self)

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Return the parser, with ``--long`` where there is more to see."""
        parser = super().get_parser(prog_name)
        if any(column.long for column in self.COLUMNS):
            parser.add_argument(
                '--long',
                action='store_true',
                help='Show more columns: '
                + ', '.join(c.title for c in self.COLUMNS if c.long)
                + '.',
            )
        return parser

    def listed(
        self, args: argparse.Namespace, items: Iterable[Mapping[str, Any]]
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Return what take_action has to."""
        columns = self._columns(args)
        return (
            [column.title for column in columns],
            [[column.value(i) for column in columns] for i in items],
        )

    def paged(
        self, args: argparse.Namespace, key: str, *path: str, **query: Any
    ) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
        """Return what take_action has to, fetched page after page.

        :param args: with those of :func:`.arguments.add_paging`.
        :param key: of the list in each answer.
        """
        where = {'limit': args.limit, 'marker': args.marker}
        return self.listed(
            args, self.client.pages(key, *path, **where, **query)
        )

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> int:
        """Print it, each value as the format has it."""
        columns, wanted = self._columns(parsed_args), parsed_args.formatter
        rows = [
            [c.shown(v, wanted) for c, v in zip(columns, row, strict=True)]
            for row in data
        ]
        if wanted == cells.TABLE:
            rows = cells.without_none(rows)
        return super().produce_output(parsed_args, column_names, rows)

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Return the exit code; cliff's is always 0."""
        return super().run(parsed_args) or self.exit_code

    def _columns(self, args: argparse.Namespace) -> Sequence[Column]:
        # Whoever asks for a column by name need not say --long as well.
        every = getattr(args, 'long', True) or args.columns
        return self.COLUMNS if every else short(self.COLUMNS)


class ShowOne(command.ShowOne):
    """A command that shows one thing, by the API's own names.

    :cvar TABLES: columns of the lists within it that follow as tables of
        their own, where it is shown to people as a whole; by the field.
    """

    TABLES: ClassVar[Mapping[str, Sequence[Column]]] = {}
    exit_code = 0

    @property
    def client(self) -> client.Client:
        """Return the client that the plugin has made."""
        return _client(self)

    def shown(
        self, thing: Mapping[str, Any]
    ) -> tuple[Sequence[str], Sequence[Any]]:
        """Return what take_action has to."""
        return list(thing), list(thing.values())

    def human(self, key: str, value: Any) -> Any:
        """Return what people read for a field."""
        if key in self.TABLES and isinstance(value, list):
            return len(value)
        return cells.readable(value, key)

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Any],
    ) -> int:
        """Print it, each value as the format has it."""
        values, wanted = list(data), parsed_args.formatter
        if wanted == cells.TABLE:
            shown = [
                self.human(key, value)
                for key, value in zip(column_names, values, strict=True)
            ]
        else:
            shown = [cells.shown(value, wanted) for value in values]
        code = super().produce_output(parsed_args, column_names, shown)
        if wanted == cells.TABLE and not parsed_args.columns:
            self._follow(dict(zip(column_names, values, strict=True)))
        return code

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Return the exit code; cliff's is always 0."""
        return super().run(parsed_args) or self.exit_code

    def _follow(self, thing: Mapping[str, Any]) -> None:
        for key, columns in self.TABLES.items():
            if thing.get(key):
                text = '\n'.join(table(columns, thing[key]))
                self.app.stdout.write(f'\n{key.capitalize()}\n{text}\n')


def _client(of: command.Command) -> client.Client:
    # python-openstackclient puts it there, by the plugin's API_NAME.
    found: client.Client = of.app.client_manager.compute_ha  # type: ignore[attr-defined]
    return found
