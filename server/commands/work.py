"""`handover orders import` and `handover plan`."""

import sys
from pathlib import Path

import click

from server.cli import language


@click.group()
def orders() -> None:
    """Delivery notes."""


@orders.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_orders(file: Path) -> None:
    """Import delivery notes from a CSV or XLSX FILE: all of it, or, with every fault named, nothing."""
    from server.app import create_app
    from server.db import db
    from server.orders import operations
    from server.orders.schemas import Rejected
    from server.transaction import begin_writing

    with create_app().app_context():
        begin_writing()
        report = operations.import_orders(file.read_bytes(), file.name, by="command line")
        if isinstance(report, Rejected):
            db.session.rollback()
            for problem in report.problems:
                click.echo(problem.text(language()), err=True)
            sys.exit(1)
        db.session.commit()
        click.echo(f"{len(report.consignments)} / {report.lines} / {report.packs}")


@click.command()
@click.option(
    "--problem", "file", type=click.Path(path_type=Path), required=True, help="our JSON, Solomon text, or VRPLIB"
)
@click.option("--seconds", type=float, required=True, help="how long to search")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
def plan(file: Path, seconds: float, seed: int, as_json: bool) -> None:
    """Plan the routes of a problem FILE."""
    from server.planning.cli_plan import plan_command

    sys.exit(plan_command(file, seconds, seed, as_json, language()))
