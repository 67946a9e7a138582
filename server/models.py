"""Every table there is: importing this module registers them all."""

import server.accounts.models
import server.custody.models
import server.fleet.models
import server.orders.models
import server.planning.models
import server.planning.road.models
import server.rowseal
import server.trace.models  # noqa: F401
