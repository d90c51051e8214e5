# SPDX-License-Identifier: Apache-2.0
"""Which scenarios there are."""

from collections.abc import Iterable
from collections.abc import Sequence
import importlib
import pkgutil
from types import ModuleType

from tests.lab.errors import LabError
from tests.lab.scenarios import seeds


def all_of_them() -> list[ModuleType]:
    """In the order of their numbers."""
    found = [
        importlib.import_module(f'{seeds.__name__}.{module.name}')
        for module in pkgutil.iter_modules(seeds.__path__)
    ]
    return sorted(found, key=lambda module: module.SEED)


def named(names: Sequence[str]) -> list[ModuleType]:
    """Those of these names or numbers, in this order; all without any.

    :raises LabError: there is none of a name.
    """
    every = all_of_them()
    if not names:
        return every
    known = {name_of(module): module for module in every}
    known |= {str(module.SEED): module for module in every}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise LabError(
            f'no scenario {unknown[0]}; there are: '
            + ', '.join(f'{m.SEED} {name_of(m)}' for m in every)
        )
    return [known[name] for name in names]


def computes(modules: Iterable[ModuleType]) -> int:
    """So many compute hosts are needed; 0 where any lab will do.

    A scenario that needs more than a lab usually has says so in COMPUTES.
    """
    return max((getattr(each, 'COMPUTES', 0) for each in modules), default=0)


def api(modules: Iterable[ModuleType]) -> bool:
    """Whether one of them needs the REST API; it says so in API."""
    return any(getattr(each, 'API', False) for each in modules)


def name_of(module: ModuleType) -> str:
    """The name it is known by."""
    return module.__name__.rpartition('.')[2]
