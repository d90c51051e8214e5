# SPDX-License-Identifier: Apache-2.0
"""The rules in memory, and how they are read again."""

import pathlib

from oslo_log import log as logging

from nova_ha.recovery.rules import Rules
from nova_ha.rules import loader
from nova_ha.rules.loader import Loaded

LOG = logging.getLogger(__name__)


class RulesFile:
    """The rules in force. Safe to use from several threads.

    :param path: None where there is no file: then the built-in rules and
        the defaults are all there is.
    :raises RulesFileError: the file cannot be used.
    """

    def __init__(self, path: str | pathlib.Path | None) -> None:
        self.path = pathlib.Path(path) if path else None
        self._loaded = Loaded(Rules())
        self.use(self.read())

    def read(self) -> Loaded:
        """Read the file again; what is in force stays so.

        :raises RulesFileError: it cannot be used.
        """
        if self.path is None:
            return Loaded(Rules())
        return loader.read(self.path)

    def use(self, loaded: Loaded) -> None:
        """Put in force what was read."""
        for warning in loaded.warnings:
            LOG.warning('%s', warning)
        self._loaded = loaded

    def reload(self) -> None:
        """Read the file again; a bad one changes nothing.

        :raises RulesFileError: it cannot be used; what was read before
            stays in force.
        """
        self.use(self.read())

    def rules(self) -> Rules:
        """Return the rules in force."""
        return self._loaded.rules
