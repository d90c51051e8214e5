# SPDX-License-Identifier: Apache-2.0
"""What the engine does about spares, put together."""

from nova_ha.engine.journal import Journal
from nova_ha.engine.loan_book import LoanBook
from nova_ha.engine.periodic import Periodic
from nova_ha.engine.settings import SettingsSource
from nova_ha.engine.spare_orders import SpareOrders
from nova_ha.engine.spares import Spares
from nova_ha.engine.world import World
from nova_ha.recovery.model import Recovery


class SpareSide:
    """The loop, and what people may order.

    :ivar loop: turn it; not vital, for a nova that hangs would stop it.
    """

    def __init__(
        self, world: World, journal: Journal, settings: SettingsSource
    ) -> None:
        book = LoanBook(world, journal, settings)
        spares = Spares(world, book, settings)
        self.loop = Periodic(
            'spares', spares.turn, lambda: settings().scan_interval
        )

        def moved(recovery: Recovery) -> None:
            if spares.stir(recovery):
                self.loop.wake()

        def ordered() -> None:
            spares.stir_all()
            self.loop.wake()

        journal.listeners.append(moved)
        self.orders = SpareOrders(world, book, ordered)
