"""What loggers would send, written down independently of the decoders: straight from the makers' descriptions."""

from collections.abc import Sequence

from hypothesis import strategies as st

END = bytes.fromhex("3A3A10" + "FF" * 8)
HEARTBEAT = bytes.fromhex("0512FC5394C37C0004FFFC040CAC364200CD")


def frame(endpoint: int, seconds: int, raw: int) -> bytes:
    return bytes((0x3A, endpoint, 0x10)) + seconds.to_bytes(4, "big") + (raw & 0xFFFF_FFFF).to_bytes(4, "big")


def ruuvi_record(seconds: int, centi_celsius: int, centi_humidity: int) -> list[bytes]:
    return [frame(0x30, seconds, centi_celsius), frame(0x31, seconds, centi_humidity)]


def disc_log(
    temperatures: Sequence[int], humidities: Sequence[int] | None, *, count: int | None = None, mode: int = 1
) -> bytes:
    """A ``*logall`` answer; values in tenths."""
    number = len(temperatures) if count is None else count
    header = (
        (number % 6_000).to_bytes(2, "big")
        + len(temperatures).to_bytes(2, "big")
        + (number % 0x10000).to_bytes(2, "big")
        + b"\x00\x02"
        + bytes((mode, 0))
        + bytes(4)
        + b":"
    )
    sections = [b"".join((t & 0xFFFF).to_bytes(2, "big") for t in temperatures)]
    if humidities is not None:
        sections.append(b"".join(h.to_bytes(2, "big") for h in humidities))
        sections.append(b"".join(((t - 20) & 0xFFFF).to_bytes(2, "big") for t in temperatures))
    return header + b",,".join(sections) + b"."


@st.composite
def chunked(draw: st.DrawFn, data: bytes) -> list[bytes]:
    """``data`` cut anywhere."""
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(data) - 1)), max_size=40)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True) if a < b]
