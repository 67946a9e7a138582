"""The benchmarks run, count what they did, and write every field that is promised. What took how long is nobody's promise."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bench import history, report
from bench.__main__ import main
from bench.harness import Findings, Series, alternate, percentile, summarise
from bench.results import FORM, read_run

ROOT = Path(__file__).parents[2]
SIDE = {"n", "mean", "median", "q1", "q3", "lowest", "highest", "p50", "p95", "p99", "values"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run of the cheap measurements writes."""
    out = tmp_path_factory.mktemp("bench") / "run.json"
    assert main(["--quick", "--only", "intake", "proofs", "verdict", "scan", "--out", str(out)]) == 0
    assert read_run(out).form == FORM
    found: dict[str, Any] = json.loads(out.read_bytes())
    return found


def counts(document: dict[str, Any], name: str) -> dict[str, int]:
    found: dict[str, int] = next(one["counts"] for one in document["measurements"] if one["name"] == name)
    return found


def test_a_run_says_when_where_and_of_what_it_is(document: dict[str, Any]) -> None:
    assert document["quick"]
    assert not document["stopped"]
    assert document["started"] < document["finished"]
    assert set(document["machine"]) == {"system", "processor", "cores", "memory", "python"}
    assert {"sqlite", "sqlalchemy", "typst", "kivy"} <= set(document["versions"])


def test_every_series_has_both_sides_and_all_their_figures(document: dict[str, Any]) -> None:
    assert [one["name"] for one in document["measurements"]] == ["intake", "proofs", "verdict", "scan"]
    for one in document["measurements"]:
        assert one["title"]
        assert one["meaning"]
        assert one["peer"]
        assert len(one["load"]) == 2
        assert one["compared"]
        for compared in one["compared"]:
            assert compared["unit"] in ("/s", "ms", "µs")
            assert compared["ratio"] > 0
            for side in (compared["ours"], compared["peer"]):
                assert set(side) == SIDE
                assert side["n"] >= 1
                assert 0 < side["lowest"] <= side["median"] <= side["highest"]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_as_many_events_land_in_the_ledger_as_were_sent(document: dict[str, Any], database: str) -> None:
    found = counts(document, "intake")
    for stream in ("events", "single", "readings", "positions"):
        sent = found[f"{database} {stream} sent"]
        assert sent > 0
        assert found[f"{database} {stream} accepted"] == found[f"{database} {stream} in the ledger"] == sent


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_all_that_landed_is_in_the_views_sealed_and_in_the_peer(document: dict[str, Any], database: str) -> None:
    found = counts(document, "intake")
    entries = found[f"{database} ledger entries"]
    assert found[f"{database} sealed entries"] == found[f"{database} ledger entries of the twin"] == entries
    assert found[f"{database} reading rows"] == found[f"{database} readings sent"]
    assert found[f"{database} position rows"] >= found[f"{database} positions sent"]
    assert found[f"{database} anomalies"] == 0


def test_what_is_timed_is_right(document: dict[str, Any]) -> None:
    assert counts(document, "proofs")["bundles that hold"] == 1
    assert counts(document, "verdict") == {"readings judged": 5768, "conformant": 1}
    scans = counts(document, "scan")
    assert scans["scans matched to their line"] == scans["scans"] > 0


def test_a_day_of_events_is_made_the_same_every_time() -> None:
    first, second = (list(history.shift(history.make_route(3))) for _ in range(2))
    assert first == second


def test_the_parts_of_a_summary_are_those_of_the_values() -> None:
    found = summarise([4.0, 1.0, 3.0, 2.0, 5.0])
    assert (found.q1, found.median, found.q3, found.lowest, found.highest) == (2.0, 3.0, 4.0, 1.0, 5.0)
    assert percentile([float(value) for value in range(1, 101)], 95) == 95.0
    with pytest.raises(ValueError, match="nothing"):
        summarise([])


def test_ours_and_the_peer_take_turns_and_the_warm_up_does_not_count() -> None:
    told: list[str] = []
    series = Findings(told.append).begin("x", "s", "less", "peer")

    def say(who: str) -> float:
        told.append(who)
        return float(len(told))

    alternate(series, 2, lambda: say("ours"), lambda: say("peer"), warm_up=1)
    assert sorted(told[:2]) == sorted(told[2:4]) == sorted(told[4:6]) == ["ours", "peer"]
    assert told[2] != told[4]
    assert (len(series.ours), len(series.peer)) == (2, 2)


def test_nothing_of_ours_is_reported_without_its_peer() -> None:
    assert not Series("x", "s", "less", "peer", ours=[1.0]).complete


def test_the_page_keeps_what_a_run_did_not_measure(document: dict[str, Any], tmp_path: Path) -> None:
    """And a quick run never enters it."""
    raw = tmp_path / "run.json"
    raw.write_text(json.dumps({**document, "quick": False}))
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{report.MARK.format(name='scan')}\nof last year\n{report.END}\n\nkept\n")
    names = report.write_docs(page, read_run(raw))
    told = page.read_text()
    assert names == ["intake", "proofs", "verdict", "scan"]
    assert "of last year" not in told
    assert told.index("# Page") < told.index("## Scan check") < told.index("kept") < told.index("## Sync intake")
    raw.write_text(json.dumps(document))
    assert report.write_docs(page, read_run(raw)) == []
    assert page.read_text() == told


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_run_and_keeps_what_was_measured(tmp_path: Path, told: signal.Signals) -> None:
    out = tmp_path / "run.json"
    command = [sys.executable, "-m", "bench", "--only", "scan", "verdict", "intake", "--out", str(out)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("[2/3]"):
            break
    time.sleep(0.3)
    os.kill(process.pid, told)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    run = read_run(out)
    assert run.stopped
    assert (run.measurements[0].name, run.measurements[0].stopped) == ("scan", False)
    assert all(one.stopped for one in run.measurements[1:])
    assert "intake" not in [one.name for one in run.measurements]
