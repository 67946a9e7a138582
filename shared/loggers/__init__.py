"""Bluetooth data loggers: bytes in, readings out. One module per maker; nothing here touches a radio, a disk or a clock."""
