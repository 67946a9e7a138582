"""`handover codes …` and `handover loggers …`: the decoders on their own, for whoever holds a code or a capture."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from shared.codes.parse import describe, parse, refusal
from shared.errors import Refused
from shared.loggers.advertisement import decode_advertisement
from shared.loggers.replay import replay as replay_lines


def _say(value: object) -> None:
    click.echo(msgspec.json.encode(value).decode())


def _described(text: str | bytes) -> dict[str, object]:
    try:
        return describe(parse(text, year=datetime.now(UTC).year))
    except Refused as refused:
        return refusal(refused)


@click.group()
def codes() -> None:
    """What a code says."""


@codes.command("parse")
@click.argument("text")
def parse_command(text: str) -> None:
    """One JSON object: kind and fields, or "refused" with the reason."""
    _say(_described(text))


@codes.command("read")
@click.argument("image", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def read_command(image: Path) -> None:
    """The same, for each code found in a picture."""
    import zxingcpp
    from PIL import Image

    with Image.open(image) as picture:
        found = zxingcpp.read_barcodes(picture.convert("RGB"))
    for result in found:
        _say({"symbology": str(result.format), **_described(result.bytes)})


@click.group()
def loggers() -> None:
    """What a logger says."""


@loggers.command()
@click.option("--company", help="company identifier, hex")
@click.option("--service", help="service UUID, hex")
@click.option("--data", required=True, help="payload, hex")
@click.option("--address", help="the logger's address, where the payload is encrypted")
@click.option("--key", help="its key, hex, where the payload is encrypted")
def decode(company: str | None, service: str | None, data: str, address: str | None, key: str | None) -> None:
    """An advertisement, as one JSON object."""
    if (company is None) == (service is None):
        raise click.UsageError("give either --company or --service")
    _say(decode_advertisement(company=company, service=service, data=data, address=address, key=key))


@loggers.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def replay(file: Path) -> None:
    """A captured session (hex frames, one a line) as readings, one JSON object a line."""
    for reading in replay_lines(file.read_text().splitlines()):
        _say(reading)
