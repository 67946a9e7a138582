"""`handover user …` and `handover device …`."""

import sys

import click

from server.cli import language


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("add")
@click.argument("login")
@click.option("--role", type=click.Choice(["driver", "dispatcher", "compliance", "administrator"]), required=True)
@click.option("--name", "name_zh", required=True, help="name in Chinese")
@click.option("--name-en", default="", help="name in English")
def add_user(login: str, role: str, name_zh: str, name_en: str) -> None:
    """Add a person; prints a one-time password, once, that must be changed at the first sign-in."""
    from server.accounts import operations
    from server.accounts.schemas import Role
    from server.app import create_app
    from server.transaction import transaction
    from shared.work import Name

    with create_app().app_context(), transaction():
        _, password = operations.add_user(
            name=login, role=Role(role), display=Name(name_zh, name_en or name_zh), by="command line"
        )
    word = "一次性密码" if language() == "zh" else "one-time password"
    click.echo(f"{word}: {password}")


@user.command("list")
def list_users() -> None:
    """Everybody, with their role."""
    from server.accounts import operations
    from server.app import create_app

    with create_app().app_context():
        for person in operations.accounts():
            click.echo(f"{person.name}\t{person.role}\t{person.display.text(language())}")


@click.group()
def device() -> None:
    """Handhelds."""


@device.command("enrol")
@click.option("--png", type=click.Path(dir_okay=False), help="also write the QR code as a picture")
def enrol_device(png: str | None) -> None:
    """A QR code for one new handheld, good for one day."""
    import qrcode

    from server.app import create_app
    from server.custody import operations
    from server.transaction import transaction

    with create_app().app_context(), transaction():
        text = operations.enrolment_text(by="command line")
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    code.make()
    code.print_ascii(out=sys.stderr, invert=True)
    if png is not None:
        with open(png, "wb") as file:
            code.make_image().save(file)
    click.echo(text)


@device.command("list")
def list_devices() -> None:
    """All handhelds."""
    from server.app import create_app
    from server.custody import operations

    with create_app().app_context():
        for one in operations.devices():
            state = "revoked" if one.revoked_at else "active"
            click.echo(f"{one.id}\t{one.name}\t{state}\t{one.next_seq - 1}")


@device.command("revoke")
@click.argument("device_id")
@click.option("--reason", required=True)
def revoke_device(device_id: str, reason: str) -> None:
    """Let a handheld write no more; what it wrote stays."""
    from server.app import create_app
    from server.custody import operations
    from server.transaction import transaction

    with create_app().app_context(), transaction():
        operations.revoke_device(device_id, reason=reason, by="command line")
    click.echo(device_id)
