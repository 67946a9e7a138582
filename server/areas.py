"""The areas' blueprints, in the order they are registered: the server's table of contents."""

from flask import Blueprint

from server.board.routes import blueprint as board
from server.compliance.routes import blueprint as compliance
from server.custody.pages import blueprint as devices
from server.custody.routes import blueprint as custody
from server.fleet.routes import blueprint as fleet
from server.orders.routes import blueprint as orders
from server.planning.urgent_routes import planning
from server.proof.routes import blueprint as proof

BLUEPRINTS: tuple[Blueprint, ...] = (custody, devices, fleet, orders, planning, board, proof, compliance)
