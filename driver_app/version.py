"""The program's version, as it is written into every record. A test holds it to ``pyproject.toml``."""

VERSION = "0.1.0"
