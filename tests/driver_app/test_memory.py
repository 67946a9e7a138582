"""What nobody uses any more goes back to the system."""

import subprocess
import sys

PROGRAM = """
from pathlib import Path
from driver_app import memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

memory.bound()
before = resident()
pieces = [bytes([n % 250 + 1]) * 150_000 for n in range(400)]
full = resident()
kept = pieces[-1]  # on top of the heap: what lies below it is free, and would stay
del pieces
memory.give_back()
print(before, full, resident())
"""


def test_pieces_freed_below_one_that_stays_are_given_back() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    before, full, after = map(int, said.split())
    assert full - before > 50_000_000
    assert after - before < 5_000_000
