"""Blobs: whole or not at all, resumable, and never other bytes than their name says."""

from hashlib import sha256
from itertools import pairwise

import msgspec
import pytest
from flask import Flask

from server.custody import operations
from server.custody.models import Device
from server.db import db
from server.transaction import begin_writing
from shared import problems, sync
from shared.clock import ManualClock
from tests.server.handheld import Handheld, problem_of

PHOTO = bytes(range(256)) * 40


@pytest.fixture
def handheld(app: Flask, clock: ManualClock) -> Handheld:
    return Handheld(app, clock)


def test_a_blob_is_received_once_the_server_signs_for_all_its_bytes(app: Flask, handheld: Handheld) -> None:
    digest = sha256(PHOTO).hexdigest()
    nonce = handheld.nonce()
    path = f"/sync/blobs/{digest}?offset=0&size={len(PHOTO)}"
    response = handheld.request("PUT", path, PHOTO, nonce=nonce)
    assert response.status_code == 201
    receipt = sync.open_receipt(response.get_data(), handheld.enrolled.server_key, device=handheld.device, nonce=nonce)
    assert isinstance(receipt, sync.BlobReceipt)
    assert receipt.sha256 == digest
    with app.app_context():
        assert operations.read_blob(digest) == PHOTO


def test_an_upload_goes_on_where_it_stopped(app: Flask, handheld: Handheld) -> None:
    digest = sha256(PHOTO).hexdigest()
    first = handheld.request("PUT", f"/sync/blobs/{digest}?offset=0&size={len(PHOTO)}", PHOTO[:4000])
    assert msgspec.json.decode(first.get_data(), type=sync.BlobStatus) == sync.BlobStatus(digest, 4000, False)
    status = handheld.request("GET", f"/sync/blobs/{digest}")
    assert msgspec.json.decode(status.get_data(), type=sync.BlobStatus).have == 4000
    rest = handheld.request("PUT", f"/sync/blobs/{digest}?offset=4000&size={len(PHOTO)}", PHOTO[4000:])
    assert rest.status_code == 201
    with app.app_context():
        assert operations.read_blob(digest) == PHOTO


def test_bytes_that_hash_to_something_else_are_refused_and_the_upload_starts_again(
    app: Flask, handheld: Handheld
) -> None:
    digest = sha256(PHOTO).hexdigest()
    path = f"/sync/blobs/{digest}?offset=0&size={len(PHOTO)}"
    wrong = handheld.request("PUT", path, PHOTO[:-1] + b"!")
    assert (wrong.status_code, problem_of(wrong)) == (409, problems.BLOB_HASH.number)
    assert handheld.request("PUT", path, PHOTO).status_code == 201


def test_a_piece_at_the_wrong_place_is_refused_with_the_right_one(handheld: Handheld) -> None:
    digest = sha256(PHOTO).hexdigest()
    handheld.request("PUT", f"/sync/blobs/{digest}?offset=0&size={len(PHOTO)}", PHOTO[:100])
    response = handheld.request("PUT", f"/sync/blobs/{digest}?offset=50&size={len(PHOTO)}", PHOTO[50:])
    assert (response.status_code, problem_of(response)) == (409, problems.BLOB_OFFSET.number)


def test_sending_a_complete_blob_again_gets_its_receipt_again(handheld: Handheld) -> None:
    digest = handheld.upload(PHOTO)
    response = handheld.request("PUT", f"/sync/blobs/{digest}?offset={len(PHOTO)}&size={len(PHOTO)}", b"")
    assert response.status_code == 201


def test_a_blob_beyond_the_limit_is_refused(handheld: Handheld) -> None:
    response = handheld.request("PUT", f"/sync/blobs/{'0' * 64}?offset=0&size={sync.MAX_BLOB + 1}", b"x")
    assert (response.status_code, problem_of(response)) == (413, problems.BLOB_TOO_LARGE.number)


def test_a_name_that_is_no_hash_is_refused(handheld: Handheld) -> None:
    response = handheld.request("PUT", "/sync/blobs/..%2Fetc?offset=0&size=1", b"x")
    assert response.status_code in (400, 404)
    assert handheld.request("PUT", "/sync/blobs/ABC?offset=0&size=1", b"x").status_code == 400


def test_an_unknown_blob_has_no_status(handheld: Handheld) -> None:
    response = handheld.request("GET", f"/sync/blobs/{'0' * 64}")
    assert (response.status_code, problem_of(response)) == (404, problems.BLOB_UNKNOWN.number)


def died_before_its_commit(app: Flask, handheld: Handheld, offset: int, data: bytes) -> None:
    """The server took in a piece of PHOTO and died before the transaction could be committed: the file stays, the row does
    not."""
    with app.app_context():
        begin_writing()
        device = db.session.get(Device, handheld.device)
        assert device is not None
        digest = sha256(PHOTO).hexdigest()
        operations.put_blob(digest, size=len(PHOTO), offset=offset, data=data, device=device)
        db.session.rollback()


@pytest.mark.parametrize("pieces", [(0,), (0, 4000), (0, 4000, 8000)])
def test_a_server_that_died_with_the_last_byte_in_place_signs_for_it_at_the_next_try(
    app: Flask, handheld: Handheld, pieces: tuple[int, ...]
) -> None:
    digest = sha256(PHOTO).hexdigest()
    path = f"/sync/blobs/{digest}?size={len(PHOTO)}&offset="
    for start, end in pairwise(pieces):
        handheld.request("PUT", f"{path}{start}", PHOTO[start:end])
    last = pieces[-1]
    died_before_its_commit(app, handheld, last, PHOTO[last:])
    assert handheld.request("PUT", f"{path}{last}", PHOTO[last:]).status_code == 201
    with app.app_context():
        assert operations.read_blob(digest) == PHOTO


def test_a_server_that_died_with_a_piece_in_place_says_how_far_it_really_is(app: Flask, handheld: Handheld) -> None:
    """What the status says, the next piece may rely on; otherwise an upload would never find its place again."""
    digest = sha256(PHOTO).hexdigest()
    path = f"/sync/blobs/{digest}?size={len(PHOTO)}&offset="
    handheld.request("PUT", f"{path}0", PHOTO[:4000])
    died_before_its_commit(app, handheld, 4000, PHOTO[4000:8000])
    status = msgspec.json.decode(handheld.request("GET", f"/sync/blobs/{digest}").get_data(), type=sync.BlobStatus)
    assert status == sync.BlobStatus(digest, 4000, False)
    assert handheld.request("PUT", f"{path}4000", PHOTO[4000:]).status_code == 201


def test_a_piece_whose_file_is_gone_is_asked_for_again(app: Flask, handheld: Handheld) -> None:
    digest = sha256(PHOTO).hexdigest()
    path = f"/sync/blobs/{digest}?size={len(PHOTO)}&offset="
    handheld.request("PUT", f"{path}0", PHOTO[:4000])
    with app.app_context():
        operations.blob_store().discard(digest)
    status = msgspec.json.decode(handheld.request("GET", f"/sync/blobs/{digest}").get_data(), type=sync.BlobStatus)
    assert status == sync.BlobStatus(digest, 0, False)
    assert handheld.request("PUT", f"{path}0", PHOTO).status_code == 201
