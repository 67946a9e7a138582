"""`handover demo`: a whole delivery day, end to end, on the real parts."""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from server.cli import language

MARK = ".handover-demo"
"""Lies in a folder that a demo made, so that the next one may empty it."""


@click.command()
@click.option(
    "--orders", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="delivery notes of your own"
)
@click.option("--stops", type=click.IntRange(1, 10), help="only the first so many receivers")
@click.option("--speed", type=click.FloatRange(0.1, 20), default=1.0, show_default=True, help="faster on the road")
@click.option("--window", default="480x800", show_default=True, help="the handheld's screen")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--exit", "leave", is_flag=True, help="end afterwards instead of leaving the board open")
def demo(orders: Path | None, stops: int | None, speed: float, window: str, folder: Path, leave: bool) -> None:
    """A delivery day in Beijing: real server, real app, virtual loggers on a real Bluetooth stack."""
    from server.rehearsal.day import Rehearsal, make_stage
    from server.rehearsal.processes import Failed
    from server.rehearsal.seed import NotImported

    began = time.monotonic()
    folder = _emptied(folder)
    stage = make_stage(folder, language())

    def say(text: str) -> None:
        click.echo(f"[{time.monotonic() - began:5.1f} s] {text}")

    rehearsal = Rehearsal(stage, say, stops=stops, notes=orders, window=window, speed=speed)
    keep = False
    try:
        result = rehearsal.run()
        sound = _show(result, promised=orders is None and stops is None)
        if not leave:
            keep = True
            _leave_open(result)
    except (Failed, NotImported) as error:
        click.echo(f"FAILED: {error}", err=True)
        sound = False
    except KeyboardInterrupt:
        sound = False
    finally:
        rehearsal.close(keep_server=False)
    click.echo(f"{'ok' if sound else 'NOT OK'}  {time.monotonic() - began:.0f} s")
    if not sound and not keep:
        sys.exit(1)


def _emptied(folder: Path) -> Path:
    """An empty folder; only what an earlier demo left there is removed."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise click.ClickException(f"{folder} is not a demo's folder, and not empty")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return folder.resolve()


def _verify(bundle: Path, key: str) -> tuple[bool, str]:
    """`handover verify` in a process of its own, with nothing of the server in its environment."""
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "verify", str(bundle), "--key", key],
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr.strip()[-200:]
    return done.returncode == 0, last


def _show(result: object, *, promised: bool) -> bool:
    """The table of stops and lines, and whether every proof verifies and (``promised``) the day was what it is to be."""
    from server.config import load
    from server.rehearsal.day import Result
    from server.rehearsal.processes import server_environment
    from shared.keys import KeySigner

    assert isinstance(result, Result)
    stage = result.stage
    config = load(server_environment(stage.folder / "server", stage.port, str(stage.pace), stage.language))
    key = KeySigner(config.server_key).public_key().hex()
    zh = stage.language == "zh"
    click.echo()
    sound = True
    for one in result.stops:
        stop = one.stop
        done = stop.done.astimezone(_zone(stop.zone)).strftime("%H:%M") if stop.done else "--:--"
        state = f"{stop.failure}" if stop.failure else f"{'签收' if zh else 'signed'} {stop.receiver or ''}"
        click.echo(f"{stop.number:>2}  {done}  {stop.site_zh if zh else stop.site_en}  —  {state}")
        for line in one.lines:
            temperature = "–" if line.lowest is None else f"{line.lowest:.1f}…{line.highest:.1f} °C"
            outcome = line.outcome or "–"
            name = line.product_zh if zh else line.product_en
            click.echo(
                f"      {name}  {line.lot}  {line.accepted}/{line.quantity}  {outcome}"
                f"{' (' + line.reason + ')' if line.reason else ''}  {line.conformity or '–'}  {temperature}"
            )
        if one.bundle is None:
            sound = False
            click.echo("      NO PROOF")
            continue
        holds, last = _verify(one.bundle, key)
        sound = sound and holds
        click.echo(f"      {'✓' if holds else '✕'} {one.bundle}  {last}")
    click.echo()
    expected = _expected(result)
    return sound and (expected or not promised)


def _expected(result: object) -> bool:
    """What this day promises: one line refused for its temperature, one unknown, one stop failed, one kill survived."""
    from server.rehearsal.day import Result

    assert isinstance(result, Result)
    lines = [line for one in result.stops for line in one.lines]
    facts = {
        "refused for temperature / 因温度拒收": sum(
            x.outcome == "refused" and x.reason == "temperature" for x in lines
        ),
        "unknown temperature / 温度不明": sum(x.conformity == "unknown" for x in lines),
        "failed stops / 未送达": sum(one.stop.failure is not None for one in result.stops),
        "killed and resumed / 终止后续作": int(bool(result.resumed_at)),
        "urgent orders brought / 加急送达": int(_brought(result)),
    }
    for name, count in facts.items():
        click.echo(f"{name}: {count}")
    return all(count == 1 for count in facts.values())


def _brought(result: object) -> bool:
    """Whether the urgent order was signed for, at the place it has in the route that was published for it."""
    from server.rehearsal.day import Result

    assert isinstance(result, Result)
    if result.urgent is None:
        return False
    new = next(
        stop
        for stop in result.urgent.route.stops
        if any(note.id == result.urgent.order_id for note in stop.consignments)
    )
    return any(
        one.stop.stop_id == new.id and one.stop.number == new.number and one.stop.receiver and one.bundle is not None
        for one in result.stops
    )


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _leave_open(result: object) -> None:
    from server.rehearsal.day import Result

    assert isinstance(result, Result)
    click.echo()
    click.echo(f"board / 看板: http://127.0.0.1:{result.stage.port}/board/")
    for name in ("dispatch", "quality", "admin"):
        click.echo(f"  {name}  one-time password / 一次性密码: {result.seeded.passwords[name]}")
    click.echo("Ctrl+C ends it / 按 Ctrl+C 结束")
    result.server.process.wait()
