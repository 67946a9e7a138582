"""`handover …`: the command line, one sub-command per verb. A contract: people script against it."""


def main() -> int:
    return 0
