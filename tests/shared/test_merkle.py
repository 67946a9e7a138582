"""The tree of RFC 9162: known roots, proofs that hold, and proofs that do not."""

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.merkle import EMPTY_ROOT, Tree, leaf_hash, node_hash, verify_consistency, verify_inclusion
from tests.shared.refusing import MODERATE
from tests.vectors import vector

CT_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""The leaves of the Certificate Transparency test tree."""
CT = Tree([leaf_hash(leaf) for leaf in CT_LEAVES])


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def slow_root(hashes: list[bytes]) -> bytes:
    """The definition of RFC 9162 §2.1.1, word for word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + slow_root(hashes[:split]) + slow_root(hashes[split:])).digest()


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert Tree().root() == EMPTY_ROOT == sha256(b"").digest()


def test_leaves_and_nodes_are_told_apart_by_their_first_byte() -> None:
    assert (leaf_hash(b"x"), node_hash(b"a" * 32, b"b" * 32)) == (
        sha256(b"\x00x").digest(),
        sha256(b"\x01" + b"a" * 32 + b"b" * 32).digest(),
    )


CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Its roots at sizes 1 to 8, as the Certificate Transparency implementations publish them."""


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_of_the_certificate_transparency_tree_come_out(size: int) -> None:
    assert CT.root(size).hex() == CT_ROOTS[size - 1]


@pytest.mark.parametrize("size", range(40))
def test_the_root_is_the_one_of_the_definition_at_every_size(size: int) -> None:
    assert Tree(leaves(40)).root(size) == slow_root(leaves(size))


@MODERATE
@given(st.integers(1, 80), st.data())
def test_every_entry_is_proved_to_be_in_every_tree_it_is_in(size: int, data: st.DataObject) -> None:
    tree = Tree(leaves(80))
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion_proof(index, size)
    assert verify_inclusion(index, size, leaves(80)[index], proof, tree.root(size))


@MODERATE
@given(st.integers(1, 80), st.data())
def test_no_other_place_leaf_size_or_root_is_proved_by_the_same_hashes(size: int, data: st.DataObject) -> None:
    tree, every = Tree(leaves(81)), leaves(81)
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion_proof(index, size), tree.root(size)
    other = data.draw(st.integers(0, size).filter(lambda n: n != index))
    assert not verify_inclusion(index, size, every[other], proof, root)
    assert not verify_inclusion(other, size, every[index], proof, root)
    assert not verify_inclusion(index, size, every[index], proof, tree.root(size + 1))


@MODERATE
@given(st.integers(2, 80), st.data())
def test_an_inclusion_proof_with_a_hash_changed_dropped_or_added_does_not_hold(size: int, data: st.DataObject) -> None:
    tree = Tree(leaves(80))
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion_proof(index, size), tree.root(size)
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:place], bytes(32), *proof[place + 1 :]]
    for wrong in (changed, proof[:-1], [*proof, bytes(32)], [*proof[:place], proof[place][:31], *proof[place + 1 :]]):
        assert not verify_inclusion(index, size, leaves(80)[index], wrong, root)


@MODERATE
@given(st.integers(1, 80), st.data())
def test_every_earlier_tree_is_proved_to_be_a_beginning_of_every_later_one(new: int, data: st.DataObject) -> None:
    tree = Tree(leaves(80))
    old = data.draw(st.integers(1, new))
    assert verify_consistency(old, new, tree.root(old), tree.root(new), tree.consistency_proof(old, new))


@MODERATE
@given(st.integers(2, 80), st.data())
def test_a_rewritten_entry_is_not_consistent_with_what_was_sealed_before(new: int, data: st.DataObject) -> None:
    tree = Tree(leaves(80))
    old = data.draw(st.integers(1, new - 1))
    rewritten = leaves(80)
    rewritten[data.draw(st.integers(0, old - 1))] = leaf_hash(b"rewritten")
    other = Tree(rewritten)
    for proof in (tree.consistency_proof(old, new), other.consistency_proof(old, new)):
        assert not verify_consistency(old, new, tree.root(old), other.root(new), proof)


@MODERATE
@given(st.integers(2, 80), st.data())
def test_a_consistency_proof_with_a_hash_changed_dropped_or_added_does_not_hold(new: int, data: st.DataObject) -> None:
    tree = Tree(leaves(80))
    old = data.draw(st.integers(1, new - 1))
    proof = tree.consistency_proof(old, new)
    place = data.draw(st.integers(0, len(proof) - 1))
    changed = [*proof[:place], bytes(32), *proof[place + 1 :]]
    for wrong in (changed, proof[:-1], [*proof, bytes(32)], [*proof[:place], b"", *proof[place + 1 :]]):
        assert not verify_consistency(old, new, tree.root(old), tree.root(new), wrong)


def test_a_tree_is_consistent_with_itself_by_no_hashes_at_all() -> None:
    root = CT.root()
    assert verify_consistency(8, 8, root, root, [])
    assert not verify_consistency(8, 8, root, root, [root])
    assert not verify_consistency(8, 8, root, CT.root(7), [])


@pytest.mark.parametrize(("old", "new"), [(0, 5), (0, 0), (6, 5), (-1, 5), (-1, -1)])
def test_sizes_that_cannot_be_are_not_consistent(old: int, new: int) -> None:
    assert not verify_consistency(old, new, EMPTY_ROOT, CT.root(5), [CT.root(5)])


@pytest.mark.parametrize(("index", "size"), [(5, 5), (-1, 5), (0, 0)])
def test_an_entry_outside_the_tree_is_not_in_it(index: int, size: int) -> None:
    assert not verify_inclusion(index, size, leaf_hash(b""), [], leaf_hash(b""))


def test_a_leaf_that_is_no_hash_is_in_no_tree() -> None:
    assert not verify_inclusion(0, 1, b"short", [], b"short")


@pytest.mark.parametrize("leaf", [b"", b"x" * 31, b"x" * 33])
def test_a_leaf_that_is_no_hash_is_not_appended(leaf: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Tree().append(leaf)


def test_appending_gives_the_index_and_grows_the_tree_by_one() -> None:
    tree = Tree()
    assert [tree.append(leaf) for leaf in leaves(5)] == [0, 1, 2, 3, 4]
    assert len(tree) == 5


def test_what_a_tree_was_at_a_size_does_not_change_when_it_grows() -> None:
    tree = Tree(leaves(5))
    root, proof = tree.root(), tree.inclusion_proof(2)
    for leaf in leaves(30)[5:]:
        tree.append(leaf)
    assert (tree.root(5), tree.inclusion_proof(2, 5)) == (root, proof)


def test_a_size_the_tree_never_had_is_refused() -> None:
    for ask in (
        lambda: CT.root(9),
        lambda: CT.root(-1),
        lambda: CT.inclusion_proof(8),
        lambda: CT.inclusion_proof(0, 9),
    ):
        with pytest.raises(ValueError, match="tree"):
            ask()
    for old, new in ((0, 8), (5, 4), (1, 9)):
        with pytest.raises(ValueError, match="no consistency proof"):
            CT.consistency_proof(old, new)


class Probe(msgspec.Struct, rename="camel"):
    """A file of the published inclusion vectors."""

    leaf_idx: int
    tree_size: int
    root: bytes
    leaf_hash: bytes
    proof: list[bytes] | None
    want_err: bool


class Pair(msgspec.Struct):
    """A file of the published consistency vectors."""

    size1: int
    size2: int
    root1: bytes
    root2: bytes
    proof: list[bytes] | None
    wantErr: bool  # noqa: N815 - the name in the file


def files(kind: str) -> list[Path]:
    found = sorted(vector(f"merkle/{kind}").rglob("*.json"))
    assert len(found) > 50
    return found


def test_every_published_inclusion_vector_is_judged_as_it_says() -> None:
    for path in files("inclusion"):
        case = msgspec.json.decode(path.read_bytes(), type=Probe)
        holds = verify_inclusion(case.leaf_idx, case.tree_size, case.leaf_hash, case.proof or [], case.root)
        assert holds is not case.want_err, path


def test_every_published_consistency_vector_is_judged_as_it_says() -> None:
    for path in files("consistency"):
        case = msgspec.json.decode(path.read_bytes(), type=Pair)
        holds = verify_consistency(case.size1, case.size2, case.root1, case.root2, case.proof or [])
        assert holds is not case.wantErr, path
