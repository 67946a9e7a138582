"""Independent test data that nobody here wrote. It lives beside the repository and is never committed.

``$HANDOVER_VECTORS`` names its folder; without it ``../shared/vectors`` next to the repository is used. Where it is absent
the tests that need it are skipped, each naming the file it missed.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("HANDOVER_VECTORS") or Path(__file__).resolve().parents[2] / "shared" / "vectors")


def vector(name: str) -> Path:
    """The path of a vector file or folder, or a skip that names it."""
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"vector {name} is not on this machine (set HANDOVER_VECTORS)")
    return path
