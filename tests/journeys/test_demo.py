"""The demo is the main job: a short day of it runs here on the real parts, and what it leaves behind must hold.

To ask the same of a day that was played already: ``HANDOVER_DEMO=FOLDER`` (what ``handover demo --folder`` was given).
"""

import base64
import copy
import fcntl
import json
import logging
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest
from epcis_event_hash_generator import hash_generator, json_to_py
from flask import Flask

from server.app import create_app
from server.config import load
from server.custody import fsck
from server.db import db
from server.proof.verify import verify_bundle
from server.trace.models import PROJECTIONS
from server.transaction import begin_writing
from tests.server.proof.conftest import closed, files_of
from tests.vectors import vector

pytestmark = [pytest.mark.kivy, pytest.mark.timeout(400)]

CHANGES = 500


def own_environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("HANDOVER_")} | more


def handover(*arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own; without a home it has no server and no database to look at."""
    more = {"HANDOVER_LANGUAGE": "en", "HANDOVER_HOME": str(home or "/nonexistent/home")}
    command = [sys.executable, "-m", "server.cli", *arguments]
    return subprocess.run(command, env=own_environment(**more), capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a day of two stops, to which an urgent one is added on the road; parallel workers share one."""
    if "HANDOVER_DEMO" in os.environ:
        return Path(os.environ["HANDOVER_DEMO"])
    base = tmp_path_factory.getbasetemp()
    meeting_place = base.parent if base.name.startswith("popen-") else base
    folder, said = meeting_place / "demo", meeting_place / "demo.out"
    with (meeting_place / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            command = ["demo", "--exit", "--stops", "2", "--speed", "4", "--folder", str(folder)]
            done = handover(*command)
            said.write_text(f"{done.returncode}\n{done.stdout}{done.stderr}")
    code, _, text = said.read_text().partition("\n")
    assert code == "0", text
    assert "SIGKILL" in text
    assert text.count("✓") == 3  # the urgent order came between the two
    return folder


@pytest.fixture
def home(day: Path, tmp_path: Path) -> Path:
    """A copy of the server's home as the day left it: database, blobs, keys."""
    return Path(shutil.copytree(day / "server", tmp_path / "home"))


def bundles(day: Path) -> list[Path]:
    return sorted((day / "proofs").glob("*.zip"))


# its proofs --------------------------------------------------------------------------------------------------------------


def test_every_proof_is_accepted_with_no_server_and_no_database(day: Path) -> None:
    for bundle in bundles(day):
        done = handover("verify", str(bundle))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "everything holds" in done.stdout


def test_of_five_hundred_changed_bytes_in_its_proofs_each_is_named(day: Path) -> None:
    dice = random.Random(500)
    opened = [files_of(path.read_bytes()) for path in bundles(day)]
    for _ in range(CHANGES):
        files = dict(dice.choice(opened))
        name = dice.choice(sorted(files))
        data = bytearray(files[name])
        data[dice.randrange(len(data))] ^= dice.randrange(1, 256)
        report = verify_bundle(closed({**files, name: bytes(data)}))
        assert not report.ok, name
        assert report.problems


def test_no_file_can_be_taken_out_of_a_proof_or_exchanged(day: Path) -> None:
    for path in bundles(day)[:2]:
        files = files_of(path.read_bytes())
        names = sorted(files)
        for one, other in zip(names, names[1:] + names[:1], strict=True):
            assert not verify_bundle(closed({n: data for n, data in files.items() if n != one})).ok, one
            if files[one] != files[other]:
                assert not verify_bundle(closed({**files, one: files[other], other: files[one]})).ok, one


def told(path: Path) -> list[tuple[str, dict[str, object]]]:
    """The events of a bundle in the ledger's order: what happened, and its fields."""
    files = files_of(path.read_bytes())
    numbers = sorted(int(name.split("/")[1].split(".")[0]) for name in files if name.endswith(".dsse.json"))
    found = []
    for number in numbers:
        envelope = json.loads(files[f"entries/{number}.dsse.json"])
        event = json.loads(base64.b64decode(envelope["payload"]))["event"]
        found.append((event["type"], event))
    return found


def test_the_urgent_order_was_loaded_on_the_road_and_its_proof_carries_the_version_that_brought_it(day: Path) -> None:
    """It came when the vehicle had left: the proof has the revised route, and the goods on board only after the departure."""
    late = [events for events in map(told, bundles(day)) if _loaded_late(events)]
    assert len(late) == 1
    kinds = [kind for kind, _ in late[0]]
    assert kinds.index("VehicleDeparted") < kinds.index("RouteRevised") < kinds.index("GoodsLoaded")
    revised = next(event for kind, event in late[0] if kind == "RouteRevised")
    assert revised["version"] == 2


def _loaded_late(events: list[tuple[str, dict[str, object]]]) -> bool:
    kinds = [kind for kind, _ in events]
    return "GoodsLoaded" in kinds and kinds.index("GoodsLoaded") > kinds.index("VehicleDeparted")


# its database ------------------------------------------------------------------------------------------------------------


def test_fsck_finds_nothing(home: Path) -> None:
    done = handover("fsck", home=home)
    assert (done.returncode, done.stdout) == (0, "everything holds\n"), done.stdout


def changeable(home: Path) -> Iterator[tuple[str, str, int, str]]:
    """Of every table with rows, one: table, column, rowid, and an SQL expression for another value."""
    with closing(sqlite3.connect(home / "handover.sqlite")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in sorted(set(tables) - {"alembic_version", "used_nonce", "live", "sqlite_sequence"}):
            columns = database.execute(f'PRAGMA table_info("{table}")').fetchall()
            row = database.execute(f'SELECT rowid, * FROM "{table}" ORDER BY random() LIMIT 1').fetchone()
            if row is None:
                continue
            given = [(c[1], c[2], row[i + 1]) for i, c in enumerate(columns) if not c[5] and row[i + 1] is not None]
            column, kind, value = given[-1] if given else (*columns[-1][1:3], row[-1])
            if kind == "BOOLEAN":
                other = f'NOT "{column}"'
            else:
                other = f'"{column}" + 1' if isinstance(value, int | float) else f"\"{column}\" || '!'"
            yield table, column, row[0], other


def found(app: Flask) -> list[int]:
    """The numbers of what fsck finds, asked within this process: starting one takes longer than looking."""
    with app.app_context():
        begin_writing()
        numbers = [problem.number for problem in fsck.check(lambda _what: None)]
        db.session.rollback()
        db.engine.dispose()
    return numbers


def test_fsck_names_any_one_row_that_was_changed_behind_its_back(home: Path) -> None:
    app = create_app(load({"HANDOVER_HOME": str(home)}))
    unnoticed, tried = [], 0
    for table, column, rowid, other in list(changeable(home)):
        tried += 1
        with closing(sqlite3.connect(home / "handover.sqlite")) as database, database:
            (before,) = database.execute(f'SELECT "{column}" FROM "{table}" WHERE rowid = ?', [rowid]).fetchone()
            database.execute(f'UPDATE "{table}" SET "{column}" = {other} WHERE rowid = ?', [rowid])
        if not found(app):
            unnoticed.append(f"{table}.{column}")
        with closing(sqlite3.connect(home / "handover.sqlite")) as database, database:
            database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', [before, rowid])
    assert unnoticed == []
    assert tried > 25
    assert found(app) == []


def test_fsck_names_a_blob_that_was_changed_behind_its_back(home: Path) -> None:
    blob = random.Random(1).choice(sorted(path for path in (home / "blobs").rglob("*") if path.is_file()))
    blob.write_bytes(blob.read_bytes() + b"!")
    done = handover("fsck", home=home)
    assert done.returncode == 1
    assert blob.name in done.stdout


def views(home: Path) -> bytes:
    """All views, row by row, as bytes."""
    with closing(sqlite3.connect(home / "handover.sqlite")) as database:
        tables = sorted(model.__tablename__ for model in PROJECTIONS)
        rows = [(t, sorted(map(repr, database.execute(f'SELECT * FROM "{t}"')))) for t in tables]
    return json.dumps(rows, ensure_ascii=False).encode()


def test_views_that_are_dropped_and_built_again_are_the_same_bytes(home: Path) -> None:
    before = views(home)
    assert len(before) > 1000
    done = handover("rebuild", home=home)
    assert done.returncode == 0, done.stderr
    assert views(home) == before


@pytest.fixture
def quiet_reference() -> Iterator[None]:
    """The reference implementation logs its every step."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


# its traceability record ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet_reference")
@pytest.mark.filterwarnings("ignore:open_text is deprecated:DeprecationWarning")
def test_its_epcis_documents_are_valid_and_every_id_is_what_the_reference_computes(day: Path) -> None:
    schema = json.loads(vector("epcis/EPCIS-JSON-Schema.json").read_text())
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    seen = 0
    for path in bundles(day)[:3]:
        document = json.loads(files_of(path.read_bytes())["epcis.jsonld"])
        assert [error.message for error in validator.iter_errors(document)] == []
        ids = [event["eventID"] for event in document["epcisBody"]["eventList"]]
        json_to_py._namespaces.clear()
        read = json_to_py.event_list_from_epcis_document_json(copy.deepcopy(document))
        assert ids == hash_generator.epcis_hashes_from_events(read)
        seen += len(ids)
    assert seen > 20


# its folder --------------------------------------------------------------------------------------------------------------


def test_a_folder_that_no_demo_made_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("keep")
    done = handover("demo", "--exit", "--folder", str(tmp_path))
    assert done.returncode == 1
    assert (tmp_path / "precious.txt").read_text() == "keep"
