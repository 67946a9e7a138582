"""`handover roads …`: a road router of one's own on this machine, from a wheel and an OpenStreetMap extract."""

import sys
import time
from pathlib import Path

import click

from server.cli import language
from server.context import SystemClock
from server.planning.road import local


@click.group()
def roads() -> None:
    """A road router (Valhalla) on this machine."""


def _folder() -> Path:
    from server.config import load

    return load().home / "roads"


_FOLDER = click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="tiles and log; default: roads in $HANDOVER_HOME"
)


@roads.command()
def install() -> None:
    """Fetch the router's programs, if they are not here yet."""
    click.echo(local.install(local.programs_folder()))


@roads.command()
@click.option(
    "--extract", type=click.Path(path_type=Path), required=True, help="OpenStreetMap data of the region, .osm.pbf"
)
@_FOLDER
@click.option("--port", default=8002, show_default=True, help="on loopback")
def start(extract: Path, folder: Path | None, port: int) -> None:
    """Build roads from an extract, and start a router over them. It lives on until it is stopped."""
    place = (folder or _folder()).resolve()
    programs = local.install(local.programs_folder())
    tiles = local.build(programs, extract.resolve(), place, lambda stage: click.echo(stage, err=True))
    service = local.start(programs, tiles, place, port, SystemClock(), time.sleep)
    click.echo(local.edition(service).label, err=True)
    click.echo(f"export HANDOVER_ROADS_URL={service.url}")
    click.echo(f"export HANDOVER_ROADS_PAIRS={local.PAIRS}")
    click.echo(f"export HANDOVER_ROADS_STOPS={local.STOPS}")


@roads.command()
@_FOLDER
def stop(folder: Path | None) -> None:
    """Stop the router that was started; exit 1 if there is none."""
    if not local.stop((folder or _folder()).resolve(), SystemClock(), time.sleep):
        click.echo("没有在运行" if language() == "zh" else "not running", err=True)
        sys.exit(1)


@roads.command()
@_FOLDER
def status(folder: Path | None) -> None:
    """Where the router is and which roads it has; exit 1 if none is running."""
    service = local.running((folder or _folder()).resolve())
    if service is None:
        click.echo("没有在运行" if language() == "zh" else "not running", err=True)
        sys.exit(1)
    click.echo(f"{service.url} {local.edition(service).label}")
