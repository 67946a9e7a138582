"""Which roads this deployment plans on."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.planning.road.network import RoadNetwork
from server.planning.road.settings import RoadSettings
from server.planning.road.store import Store
from server.planning.road.valhalla import Valhalla
from server.planning.roads import Roads


@contextmanager
def chosen_roads(settings: RoadSettings, store: Store) -> Iterator[Roads | None]:
    """The roads to plan on, for as long as the block lasts; ``None`` where no router is set up, and plans are made on
    straight lines. What is measured is kept in ``store``."""
    if not settings.url:
        yield None
        return
    with Valhalla(settings) as router:
        yield RoadNetwork(router, settings, store)
