"""`handover trace`, `handover proof` and `handover verify`."""

import sys
from pathlib import Path

import click

from server.cli import language


@click.command()
@click.option("--lot", default="")
@click.option("--consignment", default="", help="id, delivery note or order number")
@click.option("--code", default="", help="trace code, or whatever stands on the pack")
@click.option("--epcis", is_flag=True, help="an EPCIS 2.0 document instead of a table")
def trace(lot: str, consignment: str, code: str, epcis: bool) -> None:
    """Where it went: every line that matches, with its outcome, its verdict and its proof."""
    from server.app import create_app
    from server.compliance import operations as desk
    from server.compliance.operations import Wanted
    from server.context import context
    from server.trace.epcis import encode, export

    with create_app().app_context():
        if epcis:
            click.echo(encode(export(lot=lot, consignment=consignment, code=code)), nl=False)
            return
        found = desk.find(Wanted(lot=lot, code=code, consignment=consignment), year=context().clock.now().year)
        for line, stop in found.rows:
            site = stop.site_zh if language() == "zh" else stop.site_en
            state = line.outcome or stop.failure or stop.phase
            click.echo(
                f"{stop.day}\t{site}\t{line.note_number}\t{line.lot}\t{line.accepted}/{line.quantity}\t{state}\t"
                f"{line.conformity or '-'}\t{stop.proof_id or '-'}"
            )


@click.command()
@click.argument("proof_id")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def proof(proof_id: str, out: Path) -> None:
    """Write the proof PROOF_ID as a bundle that verifies alone."""
    from server.app import create_app
    from server.proof import operations

    with create_app().app_context():
        out.write_bytes(operations.build_bundle(proof_id))
    click.echo(str(out))


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--key", help="the server's public key, from elsewhere than the bundle: a PEM file, or hex")
def verify(bundle: Path, key: str | None) -> None:
    """Verify a BUNDLE.zip: no server and no database is needed. Ends with 0 only if everything holds."""
    from server.proof.verify import verify_command

    sys.exit(verify_command(bundle, key, language()))
