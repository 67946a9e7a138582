"""Real roads behind the port :mod:`server.planning.roads`: a client of Valhalla, what was measured kept in the database, the
way turn by turn, and a Valhalla of one's own from its wheel.

``valhalla`` speaks to the router. ``network`` measures matrices with it, in blocks, asking only for what ``store`` does not
have. ``ways`` words turns. ``choose`` is what the rest of the server asks. ``local`` gets a router going on this machine.
"""
