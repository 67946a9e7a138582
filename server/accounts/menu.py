"""The menu: which pages there are and who sees them. A page that no area provides is not offered."""

from dataclasses import dataclass

from flask import current_app, request

from server.accounts.access import signed_in
from server.accounts.schemas import Role
from server.i18n import N_

_STEER = (Role.DISPATCHER, Role.ADMINISTRATOR)
_OFFICE = (Role.DISPATCHER, Role.COMPLIANCE, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class Item:
    """One entry: the endpoint it leads to, its (English) label, and the roles that see it."""

    endpoint: str
    label: str
    roles: tuple[Role, ...]

    @property
    def active(self) -> bool:
        """Whether the page shown belongs to this entry's area."""
        return (request.endpoint or "").split(".")[0] == self.endpoint.split(".")[0]


ITEMS = (
    Item("board.index", N_("Board"), _OFFICE),
    Item("planning.index", N_("Planning"), _STEER),
    Item("orders.index", N_("Orders"), _OFFICE),
    Item("fleet.index", N_("Fleet"), _OFFICE),
    Item("compliance.index", N_("Compliance"), _OFFICE),
    Item("devices.index", N_("Handhelds"), _STEER),
    Item("accounts.users", N_("Users"), (Role.ADMINISTRATOR,)),
)


def menu() -> list[Item]:
    """What the signed-in person is offered."""
    account = signed_in()
    if account is None:
        return []
    return [item for item in ITEMS if item.endpoint in current_app.view_functions and account.role in item.roles]
