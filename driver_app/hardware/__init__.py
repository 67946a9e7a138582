"""What the app asks of the device it runs on: ports, and one implementation of each per kind of device."""
