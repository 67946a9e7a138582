"""What went wrong, as values for the desk's page: what stands on record, and what its forms offer."""

from collections.abc import Mapping
from typing import Any

from server.fleet import operations as fleet
from server.i18n import shown_name
from server.planning.day import site_of_node
from server.planning.desk_view import Desk
from server.planning.trouble import CLOSED


def shown_troubles(desk: Desk) -> list[dict[str, Any]]:
    """What went wrong since the plan was made, for people."""
    return [
        {
            "id": one.id,
            "kind": one.kind.value,
            "subject": desk.names.get(one.subject) or _site_name(one.subject),
            "at": one.at,
            "until": one.until,
            "reason": one.reason,
            "by": one.entered_by,
            "zone": desk.problem.timezone,
        }
        for one in desk.troubles
    ]


def _site_name(site_id: str) -> str:
    return shown_name(fleet.site(site_id).name)


def told_of_trouble(desk: Desk, asked: Mapping[str, str]) -> dict[str, Any]:
    """What a form about something that went wrong offers: vehicles with a route, and sites that are still visited; and what
    whoever came here from another page has chosen (``trouble``, ``vehicle``)."""
    out = {lock.vehicle for lock in desk.problem.locks if lock.final}
    done = {name for one in desk.begun for name in one.orders}
    sites = {site_of_node(order.site): order.site for order in desk.problem.orders if order.id not in done}
    named_sites = [(site, desk.names[node]) for site, node in sites.items() if not node.endswith(CLOSED)]
    return {
        "vehicles": [
            (route.vehicle, desk.names.get(route.vehicle, route.vehicle))
            for _id, route in desk.kept.routes
            if route.vehicle not in out
        ],
        "sites": sorted(named_sites, key=lambda pair: pair[1]),
        "open": asked.get("trouble", ""),
        "vehicle": asked.get("vehicle", ""),
    }
