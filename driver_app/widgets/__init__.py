"""The design kit: what every screen is made of. Colours, sizes and type come from :mod:`driver_app.widgets.theme`."""
