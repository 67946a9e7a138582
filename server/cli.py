"""`handover …`: the command line, one sub-command per verb. A contract: people script against it.

Commands are found by name and imported only when used, so `handover verify` needs neither Flask nor a database.
"""

import importlib
import os
import sys

import click

from shared.errors import Language, Refused

COMMANDS: dict[str, str] = {
    "demo": "server.commands.demo:demo",
    "serve": "server.commands.serve:serve",
    "worker": "server.commands.serve:worker",
    "user": "server.commands.people:user",
    "device": "server.commands.people:device",
    "orders": "server.commands.work:orders",
    "plan": "server.commands.work:plan",
    "codes": "server.commands.tools:codes",
    "loggers": "server.commands.tools:loggers",
    "trace": "server.commands.evidence:trace",
    "proof": "server.commands.evidence:proof",
    "verify": "server.commands.evidence:verify",
    "fsck": "server.commands.keeping:fsck",
    "rebuild": "server.commands.keeping:rebuild",
    "backup": "server.commands.keeping:backup",
    "restore": "server.commands.keeping:restore",
    "roads": "server.commands.roads:roads",
    "database": "server.commands.keeping:database",
}
"""Name → where it is."""


class LazyGroup(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


def language() -> Language:
    """The language messages are printed in: ``$HANDOVER_LANGUAGE``, else the locale's, else English."""
    wanted = os.environ.get("HANDOVER_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh" if wanted.startswith("zh") else "en"


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="handover")
def group() -> None:
    """Handover (交接): delivery of medicines, with proof."""


def main() -> int:
    """The entry point. A refusal is printed as its numbered problem, and ends with 1."""
    try:
        group.main(standalone_mode=False)
    except Refused as refused:
        click.echo(refused.problem.text(language()), err=True)
        return 1
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
