"""The areas' blueprints, in the order they are registered: the server's table of contents."""

from flask import Blueprint

from server.custody.routes import blueprint as custody
from server.fleet.routes import blueprint as fleet
from server.orders.routes import blueprint as orders
from server.proof.routes import blueprint as proof

BLUEPRINTS: tuple[Blueprint, ...] = (custody, fleet, orders, proof)
