"""The command line's rooms. Each module holds a few commands; `server.cli` finds them by name."""
