"""The Merkle tree of RFC 9162 (Certificate Transparency 2.0): what makes the ledger tamper-evident.

leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right), the empty tree is SHA-256 of nothing (§2.1.1).
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry (RFC 9162 §2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees (RFC 9162 §2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


class Tree:
    """A growing tree that answers roots and proofs for every size it ever had.

    It keeps the hashes of all complete subtrees, so appending is O(1) amortised and a proof O(log n). They live in memory
    here; a subclass that overrides :meth:`node` and :meth:`put` keeps them elsewhere.
    """

    def __init__(self, leaves: Sequence[bytes] = ()) -> None:
        self._size = 0
        self._nodes: dict[tuple[int, int], bytes] = {}
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return self._size

    def node(self, level: int, position: int) -> bytes:
        """The hash of the complete subtree over ``2**level`` leaves that starts at leaf ``position * 2**level``."""
        return self._nodes[level, position]

    def put(self, level: int, position: int, value: bytes) -> None:
        """Keep such a hash; called once for each, children first."""
        self._nodes[level, position] = value

    def append(self, leaf: bytes) -> int:
        """Add a leaf hash (32 bytes, see :func:`leaf_hash`); returns its index."""
        if len(leaf) != 32:
            raise ValueError(f"a leaf hash has 32 bytes, got {len(leaf)}")
        index = self._size
        self.put(0, index, leaf)
        level, position, value = 0, index, leaf
        while position % 2 == 1:
            value = node_hash(self.node(level, position - 1), value)
            level, position = level + 1, position // 2
            self.put(level, position, value)
        self._size += 1
        return index

    def _range(self, start: int, end: int) -> bytes:
        """The root over leaves ``start`` … ``end`` (exclusive); ``start`` is aligned to the range's largest power."""
        size = end - start
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self.node(level, start >> level)
        middle = start + _split(size)
        return node_hash(self._range(start, middle), self._range(middle, end))

    def root(self, size: int | None = None) -> bytes:
        """The root hash at ``size`` (default: now)."""
        size = len(self) if size is None else size
        if not 0 <= size <= len(self):
            raise ValueError(f"the tree never had size {size}, it has {len(self)}")
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The sibling hashes from leaf ``index`` up to the root at ``size`` (RFC 9162 §2.1.3.1)."""
        size = len(self) if size is None else size
        if not 0 <= index < size <= len(self):
            raise ValueError(f"no leaf {index} in a tree of size {size}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency_proof(self, old: int, new: int | None = None) -> list[bytes]:
        """Proof that the tree at ``old`` is a prefix of the one at ``new`` (RFC 9162 §2.1.4.1)."""
        new = len(self) if new is None else new
        if not 0 < old <= new <= len(self):
            raise ValueError(f"no consistency proof from {old} to {new}")
        path: list[bytes] = []
        start, end, whole = 0, new, True
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._range(start, end))
        return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows that ``leaf`` is number ``index`` of the tree of ``size`` with ``root`` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != 32 or any(len(h) != 32 for h in proof):
        return False
    fn, sn, current = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            current = node_hash(sibling, current)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            current = node_hash(current, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and current == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows the tree of size ``old`` to be a prefix of the one of size ``new`` (RFC 9162 §2.1.4.2).

    Of the empty tree nothing is proved: it is a prefix of everything, so a proof of it would say nothing.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if not proof or any(len(h) != 32 for h in proof):
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while fn & 1 == 0 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, sibling)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and first == old_root and second == new_root
