"""The Nordic UART service: the pipe over GATT that Ruuvi and Blue Maestro send their history through.

UUIDs as Nordic Semiconductor publishes them (nRF Connect SDK, "Nordic UART Service"); Ruuvi and Blue Maestro use them
unchanged. RX is what the logger receives, TX what it sends.
"""

from shared.loggers.plugin import Uart

SERVICE = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RX = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
TX = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
UART = Uart(SERVICE, RX, TX)
PAYLOAD = 20
"""Bytes a notification carries at the smallest ATT MTU of 23 (Bluetooth Core 5.4 Vol 3 Part F 3.2.8)."""
