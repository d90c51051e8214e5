# SPDX-License-Identifier: Apache-2.0
"""YAML with line numbers, and without its surprises.

What PyYAML lets pass silently is a problem here: a key given twice, a key
that is no text, more than one document. Anchors and merge keys work.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
from typing import Any

import yaml

from nova_ha.yaml_file.problems import Problem

Path = tuple[str | int, ...]

#: Far above any real cloud; stops aliases that multiply each other.
MAX_VALUES = 200_000

_CORE = 'tag:yaml.org,2002:'
_KINDS: dict[type[yaml.Node], str] = {
    yaml.MappingNode: f'{_CORE}map',
    yaml.SequenceNode: f'{_CORE}seq',
}


@dataclasses.dataclass(slots=True)
class Document:
    """A parsed file.

    :ivar value: mappings, lists and scalars; None for an empty file.
    :ivar lines: where each value stands, by its path from the top.
    :ivar problems: what must be put right before the value is used.
    """

    value: Any = None
    lines: dict[Path, int] = dataclasses.field(default_factory=dict)
    problems: list[Problem] = dataclasses.field(default_factory=list)

    def line(self, path: Path) -> int:
        """Return the line of a value, or of what it would stand in."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def parse(content: bytes) -> Document:
    """Parse a YAML file; what is wrong with it is in ``problems``."""
    document = Document()
    with _parsing(document):
        loader = yaml.SafeLoader(content)
        node = loader.get_single_node()
        if node is not None:
            document.value = _Builder(loader, document).build(node, ())
    return document


class _TooLarge(Exception):
    """The document has more values than any file of ours."""


@contextlib.contextmanager
def _parsing(document: Document) -> Iterator[None]:
    """Turn what PyYAML raises into a problem."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        text = f'not valid YAML: {error.problem or error.context}'
        document.problems.append(Problem(line, '', '', text))
    except (yaml.YAMLError, UnicodeError) as error:
        text = f'not a text file in YAML: {str(error).splitlines()[0]}'
        document.problems.append(Problem(0, '', '', text))
    except RecursionError:
        text = 'nested too deeply, or an anchor that contains itself'
        document.problems.append(Problem(0, '', '', text))
    except _TooLarge:
        text = f'more than {MAX_VALUES} values: aliases that multiply?'
        document.problems.append(Problem(0, '', '', text))


class _Builder:
    """Turns nodes into values, remembering lines."""

    def __init__(self, loader: yaml.SafeLoader, document: Document) -> None:
        self._loader = loader
        self._document = document
        self._values = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        self._values += 1
        if self._values > MAX_VALUES:
            raise _TooLarge
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node.tag != _KINDS[type(node)]:
            self._problem(node, f'the tag {node.tag} has no meaning here')
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        return [
            self.build(item, (*path, index))
            for index, item in enumerate(node.value)
        ]

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        self._find_repeated(node)
        # Puts what merge keys bring in front, where the own keys win.
        self._loader.flatten_mapping(node)
        value = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is not None:
                line = key_node.start_mark.line + 1
                self._document.lines[*path, key] = line
                value[key] = self.build(value_node, (*path, key))
        return value

    def _key(self, node: yaml.Node) -> str | None:
        if isinstance(node, yaml.ScalarNode):
            key = self._scalar(node)
            if isinstance(key, str):
                return key
        self._problem(node, 'this key is no text; put it in quotes')
        return None

    def _find_repeated(self, node: yaml.MappingNode) -> None:
        seen: dict[str, int] = {}
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            line = key.start_mark.line + 1
            if key.value in seen:
                self._problem(
                    key,
                    f'{key.value} is given twice, first in line '
                    f'{seen[key.value]}; remove one',
                )
            seen.setdefault(key.value, line)

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            return self._loader.construct_object(node)
        except yaml.YAMLError:
            raise
        except Exception:  # PyYAML's constructors raise what they like
            kind = node.tag.removeprefix(_CORE)
            self._problem(node, f'YAML takes this for a {kind} and fails')
            return None

    def _problem(self, node: yaml.Node, text: str) -> None:
        line = node.start_mark.line + 1
        self._document.problems.append(Problem(line, '', '', text))
