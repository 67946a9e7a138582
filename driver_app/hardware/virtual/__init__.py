"""A device that does not exist, with loggers that do not exist: for rehearsals, tests and the demonstration.

The Bluetooth between them is real (Google's bumble: controllers, link, GATT); the temperatures follow a stated model.
"""
