"""Signed notes, checkpoints and tlog-proofs: what a stranger can check offline."""

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import problems
from shared.checkpoint import (
    Checkpoint,
    TlogProof,
    make_proof,
    note_key_id,
    open_checkpoint,
    parse_proof,
    sign_checkpoint,
)
from shared.errors import Refused
from shared.keys import KeySigner, verify
from shared.merkle import Tree, leaf_hash
from tests.shared.refusing import MODERATE, refusal

ORIGIN = "handover.test/ledger"
SIGNER = KeySigner(b"l" * 32)
PUBLIC = SIGNER.public_key()
WITNESS = KeySigner(b"w" * 32)
LEAVES = [leaf_hash(bytes([n])) for n in range(13)]
TREE = Tree(LEAVES)
CHECKPOINT = Checkpoint(ORIGIN, 13, TREE.root())
NOTE = sign_checkpoint(CHECKPOINT, SIGNER)
PROOF = make_proof(7, TREE.inclusion_proof(7), NOTE)


def signature_line(body: str, name: str = ORIGIN, signer: KeySigner = SIGNER) -> str:
    blob = note_key_id(name, signer.public_key()) + signer.sign(body.encode())
    return f"— {name} {b64encode(blob).decode()}\n"


def note(body: str) -> str:
    return f"{body}\n{signature_line(body)}"


# published examples ------------------------------------------------------------------------------------------------------

PUBLISHED = [
    # c2sp.org/signed-note, the example
    (
        "example.com/foo",
        "530d903a",
        "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "This is an example message.\n",
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=",
    ),
    # the signed note in the documentation of Go's sumdb/note
    (
        "PeterNeumann",
        "c74f20a3",
        "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=",
    ),
]


@pytest.mark.parametrize(("name", "key_id", "key", "text", "signature"), PUBLISHED)
def test_published_notes_name_their_keys_as_we_do(name: str, key_id: str, key: str, text: str, signature: str) -> None:
    public, blob = b64decode(key)[1:], b64decode(signature)
    assert (note_key_id(name, public).hex(), blob[:4].hex()) == (key_id, key_id)


@pytest.mark.parametrize(("name", "key_id", "key", "text", "signature"), PUBLISHED)
def test_published_notes_verify(name: str, key_id: str, key: str, text: str, signature: str) -> None:
    assert verify(b64decode(key)[1:], text.encode(), b64decode(signature)[4:])


@pytest.mark.parametrize(("name", "key_id", "key", "text", "signature"), PUBLISHED)
def test_a_signed_note_that_is_no_checkpoint_is_none(
    name: str, key_id: str, key: str, text: str, signature: str
) -> None:
    with refusal(problems.CHECKPOINT_INVALID):
        open_checkpoint(f"{text}\n— {name} {signature}\n", name, b64decode(key)[1:])


# checkpoints -------------------------------------------------------------------------------------------------------------


def test_a_checkpoint_is_three_lines_an_empty_one_and_a_signature() -> None:
    assert NOTE.split("\n")[:4] == [ORIGIN, "13", b64encode(TREE.root()).decode(), ""]
    assert NOTE.split("\n")[4].startswith(f"— {ORIGIN} ")


@MODERATE
@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_opens_to_what_it_was(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    assert open_checkpoint(sign_checkpoint(checkpoint, SIGNER), ORIGIN, PUBLIC) == checkpoint


def test_a_signature_of_a_witness_is_skipped_wherever_it_stands() -> None:
    witnessed = signature_line(CHECKPOINT.body(), "witness.test", WITNESS)
    body, ours = NOTE.split("\n\n")
    for lines in (f"{witnessed}{ours}", f"{ours}{witnessed}", witnessed * 20 + ours):
        assert open_checkpoint(f"{body}\n\n{lines}", ORIGIN, PUBLIC) == CHECKPOINT


def test_a_line_that_a_later_version_adds_is_no_obstacle() -> None:
    assert open_checkpoint(note(CHECKPOINT.body() + "timestamp 1\n"), ORIGIN, PUBLIC) == CHECKPOINT


@pytest.mark.parametrize(
    ("text", "origin", "signer"),
    [
        (NOTE, "other.test/ledger", SIGNER),
        (NOTE, ORIGIN, WITNESS),
        (sign_checkpoint(CHECKPOINT, WITNESS), ORIGIN, SIGNER),
    ],
    ids=["another name", "another key", "by another"],
)
def test_a_checkpoint_that_nobody_we_know_signed_is_refused(text: str, origin: str, signer: KeySigner) -> None:
    with refusal(problems.CHECKPOINT_INVALID, reason=f"no valid signature by {origin}"):
        open_checkpoint(text, origin, signer.public_key())


def test_the_checkpoint_of_another_ledger_signed_with_our_key_is_refused() -> None:
    body = Checkpoint("other.test/ledger", 13, TREE.root()).body()
    with refusal(problems.CHECKPOINT_INVALID, reason=f"the origin is not {ORIGIN}"):
        open_checkpoint(note(body), ORIGIN, PUBLIC)


@pytest.mark.parametrize(
    "lines",
    [
        *[["-1"], ["013"], ["1e3"], ["１３"], [""], ["13 "], ["9" * 5000]],
        *[["13", "AAAA"], ["13", "not base64!"], ["13", b64encode(bytes(31)).decode()]],
        *[["13", b64encode(bytes(33)).decode()], ["13", b64encode(bytes(32)).decode().rstrip("=")]],
        *[["13", "", b64encode(bytes(32)).decode()], ["13", b64encode(bytes(32)).decode(), "", "extension"]],
    ],
    ids=repr,
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(lines: list[str]) -> None:
    with refusal(problems.CHECKPOINT_INVALID):
        open_checkpoint(note("\n".join([ORIGIN, *lines]) + "\n"), ORIGIN, PUBLIC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        CHECKPOINT.body(),
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "more\n",
        NOTE.replace("— ", "- "),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\n", "\r\n"),
        "\x00" + NOTE,
        NOTE[:-1] + "\u2028\n",
        NOTE[:-1] + "\u0085\n",
        NOTE.replace(f"— {ORIGIN} ", "—  "),
        NOTE + "— witness.test AAAA\n",
        NOTE + "— witness.test !!!\n",
    ],
    ids=[
        *["empty", "unsigned", "no last newline", "one newline more", "a line more", "a hyphen for the dash"],
        *[
            "no empty line",
            "CRLF",
            "NUL",
            "line separator",
            "next line",
            "no name",
            "too short a signature",
            "no base64",
        ],
    ],
)
def test_a_note_that_is_not_written_exactly_so_is_refused(text: str) -> None:
    with refusal(problems.CHECKPOINT_INVALID):
        open_checkpoint(text, ORIGIN, PUBLIC)


@pytest.mark.parametrize("character", ["\t", "\r", "\x00", "\x1f"])
def test_a_control_character_in_a_note_is_refused_even_where_it_was_signed(character: str) -> None:
    with refusal(problems.CHECKPOINT_INVALID, reason="control characters"):
        open_checkpoint(note(CHECKPOINT.body() + f"more{character}text\n"), ORIGIN, PUBLIC)


def test_a_second_signature_by_our_key_that_does_not_hold_spoils_the_note() -> None:
    with refusal(problems.CHECKPOINT_INVALID):
        open_checkpoint(NOTE + signature_line("another text\n"), ORIGIN, PUBLIC)


# proofs ------------------------------------------------------------------------------------------------------------------


def test_a_proof_places_its_entry_in_the_ledger() -> None:
    assert PROOF.verify(LEAVES[7], ORIGIN, PUBLIC) == CHECKPOINT


def test_a_proof_is_a_small_text_that_reads_back() -> None:
    assert PROOF.text().startswith("c2sp.org/tlog-proof@v1\nindex 7\n")
    assert parse_proof(PROOF.text()) == PROOF


@pytest.mark.parametrize("index", range(13))
def test_every_entry_of_a_ledger_has_a_proof_and_it_is_of_no_other(index: int) -> None:
    proof = parse_proof(make_proof(index, TREE.inclusion_proof(index), NOTE).text())
    assert proof.verify(LEAVES[index], ORIGIN, PUBLIC) == CHECKPOINT
    with refusal(problems.INCLUSION_INVALID, value=index):
        proof.verify(LEAVES[(index + 1) % 13], ORIGIN, PUBLIC)


def test_the_proof_of_the_only_entry_needs_no_hashes() -> None:
    one = Tree(LEAVES[:1])
    proof = make_proof(0, [], sign_checkpoint(Checkpoint(ORIGIN, 1, one.root()), SIGNER))
    assert parse_proof(proof.text()).verify(LEAVES[0], ORIGIN, PUBLIC).size == 1


def test_a_proof_under_a_checkpoint_of_another_key_is_refused() -> None:
    with refusal(problems.CHECKPOINT_INVALID):
        make_proof(7, PROOF.hashes, sign_checkpoint(CHECKPOINT, WITNESS)).verify(LEAVES[7], ORIGIN, PUBLIC)


def test_a_proof_under_a_checkpoint_of_another_size_is_refused() -> None:
    earlier = sign_checkpoint(Checkpoint(ORIGIN, 12, TREE.root(12)), SIGNER)
    with refusal(problems.INCLUSION_INVALID, value=7, reason="size 12"):
        make_proof(7, PROOF.hashes, earlier).verify(LEAVES[7], ORIGIN, PUBLIC)


def test_the_extra_line_of_the_form_is_passed_over() -> None:
    text = PROOF.text().replace("\nindex", "\nextra Zm9v\nindex", 1)
    assert parse_proof(text) == PROOF


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1",
        PROOF.text().replace("@v1", "@v2", 1),
        PROOF.text().replace("index 7\n", "", 1),
        PROOF.text().replace("index 7", "index", 1),
        PROOF.text().replace("index 7", "index -7", 1),
        PROOF.text().replace("index 7", "index 07", 1),
        PROOF.text().replace("index 7", "index ７", 1),
        PROOF.text().replace("index 7", "index " + "9" * 5000, 1),
        PROOF.text().replace("index 7", "index 7\nAAAA", 1),
        PROOF.text().replace("index 7", "index 7\n" + "*" * 44, 1),
        "c2sp.org/tlog-proof@v1\nextra Zm9v\n\n" + NOTE,
    ],
    ids=[
        *["empty", "header only", "another version", "no index line", "no index", "negative", "leading zero"],
        *["other digits", "endless digits", "short hash", "no base64", "nothing but extra"],
    ],
)
def test_a_text_that_is_no_proof_is_refused(text: str) -> None:
    with refusal(problems.INCLUSION_INVALID):
        parse_proof(text)


@pytest.mark.parametrize("position", range(len(PROOF.text().encode())))
def test_a_proof_with_any_one_byte_changed_proves_nothing(position: int) -> None:
    raw = bytearray(PROOF.text().encode())
    for bit in (0x01, 0x20):
        changed = bytearray(raw)
        changed[position] ^= bit
        with pytest.raises(Refused):
            parse_proof(changed.decode("utf-8", "replace")).verify(LEAVES[7], ORIGIN, PUBLIC)


def test_a_proof_is_a_value() -> None:
    assert TlogProof(7, PROOF.hashes, NOTE) == PROOF
