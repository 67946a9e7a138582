"""`handover fsck`, `rebuild`, `backup`, `restore`, `database`: keeping what was recorded."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
from sqlalchemy.engine import make_url

from server.cli import language
from server.config import Config, load


def upgrade_database() -> None:
    """Bring the configured database to this version's form."""
    upgrade_database_at(load().database_url)


def upgrade_database_at(url: str) -> None:
    """Bring the database at ``url`` to this version's form."""
    from alembic import command
    from alembic.config import Config as AlembicConfig

    settings = AlembicConfig()
    settings.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    settings.attributes["url"] = url
    command.upgrade(settings, "head")


@click.group()
def database() -> None:
    """The database's form."""


@database.command()
def upgrade() -> None:
    """Bring the database to this version's form."""
    upgrade_database()
    click.echo("ok")


@click.command()
def fsck() -> None:
    """Verify every chain, signature, checkpoint, blob, view and row again. Ends with 1 if anything does not hold."""
    from server.app import create_app
    from server.custody import fsck as checks
    from server.db import db
    from server.transaction import begin_writing

    found = 0
    with create_app().app_context():
        begin_writing()
        try:
            for problem in checks.check(lambda what: click.echo(f"… {what}", err=True)):
                found += 1
                click.echo(problem.text(language()))
            waiting = checks.missing_blobs()
        finally:
            db.session.rollback()
    if waiting:
        word = "张照片或签名尚未上传" if language() == "zh" else "photos or signatures have not arrived yet"
        click.echo(f"{len(waiting)} {word}", err=True)
    good = "一切成立" if language() == "zh" else "everything holds"
    bad = "处不成立" if language() == "zh" else "things do not hold"
    click.echo(good if not found else f"{found} {bad}")
    if found:
        sys.exit(1)


@click.command()
def rebuild() -> None:
    """Drop all views and build them again from the ledger."""
    from server.app import create_app
    from server.custody import ledger
    from server.trace import operations as trace
    from server.trace.projection import Projector
    from server.transaction import transaction

    with create_app().app_context(), transaction():
        trace.drop()
        projector, total, done = Projector(), ledger.size(), 0
        with click.progressbar(length=total, file=sys.stderr) as bar:
            while done < total:
                step = trace.follow(projector)
                done += step
                bar.update(step)
    click.echo(f"{done}")


def _manifest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS.json"
    }


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def backup(folder: Path) -> None:
    """Copy database, blobs and keys into an empty FOLDER, consistently, while the server runs."""
    config = load()
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # the database first: every blob it calls complete is on disk by then
    _backup_database(config, folder)
    if config.blobs.exists():
        shutil.copytree(config.blobs, folder / "blobs", ignore=shutil.ignore_patterns("*.part"))
    for own in ("server.key", "secret.key", "origin"):
        shutil.copy2(config.home / own, folder / own)
    (folder / "SHA256SUMS.json").write_text(json.dumps(_manifest(folder), indent=1))
    click.echo(str(folder))


def _backup_database(config: Config, folder: Path) -> None:
    if config.database_url.startswith("sqlite:///"):
        source = sqlite3.connect(config.database_url.removeprefix("sqlite:///"))
        target = sqlite3.connect(folder / "handover.sqlite")
        with target:
            source.backup(target)
        target.close()
        source.close()
    else:
        command = ["pg_dump", "--format=custom", f"--file={folder / 'handover.pgdump'}"]
        subprocess.run(command, env=os.environ | postgresql_environment(config.database_url), check=True)


def postgresql_environment(database_url: str) -> dict[str, str]:
    """What PostgreSQL's own programs need to find a database: in their environment, because a command line, and with it a
    password, can be read by everybody on the machine."""
    url = make_url(database_url)
    host = url.host or url.query.get("host")
    given = {
        "PGHOST": host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
        "PGSSLROOTCERT": url.query.get("sslrootcert"),
    }
    return {name: str(value) for name, value in given.items() if value is not None}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(folder: Path) -> None:
    """Bring a backup into an empty $HANDOVER_HOME; every file is checked first, and `handover fsck` should follow."""
    home = load_home()
    if any(home.iterdir()):
        raise click.ClickException(f"{home} is not empty")
    wanted: dict[str, str] = json.loads((folder / "SHA256SUMS.json").read_text())
    actual = _manifest(folder)
    for name in sorted(wanted.keys() | actual.keys()):
        if wanted.get(name) != actual.get(name):
            raise click.ClickException(f"{name} differs from the backup's list")
    shutil.copytree(folder, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("SHA256SUMS.json", "*.pgdump"))
    dump = folder / "handover.pgdump"
    if dump.exists():
        environment = postgresql_environment(load().database_url)
        command = ["pg_restore", "--no-owner", f"--dbname={environment['PGDATABASE']}", str(dump)]
        subprocess.run(command, env=os.environ | environment, check=True)
    click.echo(str(home))


def load_home() -> Path:
    """The home folder, without making keys in it: a restore brings its own."""
    home = Path(os.environ.get("HANDOVER_HOME", "var")).resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home
