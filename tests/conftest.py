"""What holds for every test."""

import gc


def pytest_collection_finish() -> None:
    """Everything is imported now, and stays: the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
