"""Every decoder against packages that others wrote, on 10,000 random advertisements each.

The packages (bluemaestro-ble, ruuvitag-ble, bthome-ble, sensorpro-ble, thermobeacon-ble, bleparser) are asked here and
nowhere else. Where one of them rounds, or gives a number for a "no value" code, the rule that holds instead is written
at the comparison, and held exactly. Efento, ELA, Minew and Laird are in none of them: their published vectors are in
the makers' own tests, and 10,000 random frames are read here once more by a rule written straight from the published
description.
"""

import struct
from collections.abc import Callable, Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from bleparser import BleParser
from bluemaestro_ble.parser import BlueMaestroBluetoothDeviceData
from bthome_ble.const import MEAS_TYPES
from bthome_ble.parser import BTHomeBluetoothDeviceData
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from ruuvitag_ble.parser import RuuvitagBluetoothDeviceData
from sensorpro_ble.parser import SensorProBluetoothDeviceData
from thermobeacon_ble.parser import ThermoBeaconBluetoothDeviceData

from shared import problems
from shared.errors import Refused
from shared.loggers import bluemaestro, bthome, efento, ela, ess, laird, minew, pvvx, ruuvi, sensorpro, thermobeacon
from shared.loggers.advertisement import decode, decode_service
from shared.loggers.values import address_text

FRAMES = 10_000
ADDRESS = "A4:C1:38:5A:20:A1"
MAC = bytes.fromhex("a4c1385a20a1")


@pytest.fixture
def random(request: pytest.FixtureRequest) -> Random:
    return Random(request.node.name)


def update(parser: Any, **heard: Any) -> dict[str, Any]:
    """What a package makes of an advertisement, by its own names."""
    info = {"manufacturer_data": {}, "service_data": {}, "service_uuids": [], "name": "x", "time": 0.0, **heard}
    result = parser.update(SimpleNamespace(address=ADDRESS, rssi=-60, source="s", raw=None, **info))
    return {key.key: value.native_value for key, value in result.entity_values.items()}


def bleparser(*, company: int | None = None, uuid: int | None = None, data: bytes, **more: Any) -> dict[str, Any]:
    """The same of bleparser, which takes the structure as it stands in the packet; an empty answer where it knows none."""
    number = company if company is not None else uuid
    assert number is not None
    kind = 0xFF if company is not None else 0x16
    structure = bytes((len(data) + 3, kind)) + number.to_bytes(2, "little") + data
    lists = {"man_spec_data_list" if company is not None else "service_data_list": [structure]}
    return BleParser().parse_advertisement(MAC, -60, **lists, **more)[0] or {}


def sixteen(random: Random, *edges: int) -> int:
    """An unsigned number of 16 bits; one in four is an edge."""
    return (
        random.choice((0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFE, 0xFFFF, *edges))
        if random.random() < 0.25
        else random.getrandbits(16)
    )


def signed(raw: int) -> int:
    return raw - 0x10000 if raw >= 0x8000 else raw


# Ruuvi -------------------------------------------------------------------------------------------------------------------


def test_ruuvi_agrees_with_ruuvitag_ble_and_bleparser(random: Random) -> None:
    for _ in range(FRAMES):
        temperature, humidity, pressure = (sixteen(random) for _ in range(3))
        power = random.choice((0xFFFF, 0xFFE0, 0x001F, random.getrandbits(16)))
        rest = random.randbytes(6), random.randbytes(3), random.randbytes(6)
        data = struct.pack(">BHHH6sH3s6s", 5, temperature, humidity, pressure, rest[0], power, rest[1], rest[2])
        ours = decode(ruuvi.COMPANY, data)
        theirs = update(RuuvitagBluetoothDeviceData(), manufacturer_data={ruuvi.COMPANY: data})
        # the packages round to two decimals: 0.005 °C and 0.0025 % do not survive that
        assert theirs["temperature"] == (None if ours.temperature is None else round(ours.temperature, 2))
        assert theirs["humidity"] == (None if ours.humidity is None else round(ours.humidity, 2))
        assert theirs["pressure"] == (None if ours.pressure is None else round(ours.pressure / 100, 2))
        assert theirs["voltage"] == ours.battery_mv
        exact = signed(temperature)
        assert ours.temperature == (None if exact == -0x8000 else exact / 200)
        assert ours.humidity == (None if humidity == 0xFFFF else humidity / 400)
        other = bleparser(company=ruuvi.COMPANY, data=data)
        if exact != -0x7FFF:  # bleparser takes 0x8001 for "no value" too, because it compares after rounding
            assert other.get("temperature") == theirs["temperature"]
        assert other.get("pressure") == theirs["pressure"]
        if humidity < 0xFFFE:  # it takes 0xFFFE for "no value" too, because it compares after rounding
            assert other.get("humidity") == theirs["humidity"]


# Blue Maestro ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "layout"), [(0x0D, "h"), (0x16, "hHh"), (0x17, "hHh"), (0x1B, "hHH")])
def test_blue_maestro_agrees_with_bluemaestro_ble(random: Random, version: int, layout: str) -> None:
    names = {
        "h": ("temperature",),
        "hHh": ("temperature", "humidity", "dew_point"),
        "hHH": ("temperature", "humidity", "pressure"),
    }
    for _ in range(FRAMES // 4):
        raw = [sixteen(random, 1000, 1001) for _ in layout]
        head = struct.pack(">BBHH", version, random.randrange(256), sixteen(random), sixteen(random))
        data = head + struct.pack(f">{len(raw)}H", *raw) + bytes((random.choice((0, 1, 99, 100, 101)), 0))
        ours = decode(bluemaestro.COMPANY, data)
        theirs = update(BlueMaestroBluetoothDeviceData(), manufacturer_data={bluemaestro.COMPANY: data})
        assert theirs["battery"] == data[1]
        assert ours.battery_percent == (data[1] if data[1] <= 100 else None)
        fahrenheit = layout == "hHh" and data[12] >= bluemaestro.FAHRENHEIT  # the package gives °F as °C
        for name, value in zip(names[layout], raw, strict=True):
            mine, its = getattr(ours, name), theirs[name]
            if name in ("temperature", "dew_point") and value in (0x7FFF, 0x8000):
                assert mine is None  # the package gives 3276.7 or -3276.8 °C
            elif name in ("temperature", "dew_point"):
                celsius = round((its - 32) / 1.8, 2) if fahrenheit else its
                assert mine == (celsius if celsius >= -273.15 else None)  # the package goes down to -3276.7 °C
            elif name == "humidity":
                assert mine == (its if value <= 1000 else None)  # the package gives up to 6553.5 %
            else:
                assert mine == (None if value in (0, 0x8000, 0xFFFF) else round(its * 100))


def test_blue_maestro_agrees_with_bleparser(random: Random) -> None:
    for _ in range(FRAMES // 10):
        raw = [random.randrange(1, 0x7FFF), random.randrange(1001), random.randrange(1, 0x7FFF)]
        for version, third in ((0x17, "dewpoint"), (0x1B, "pressure")):
            data = struct.pack(">BBHHHHHH", version, 93, 60, 5, *raw, 1)
            ours = decode(bluemaestro.COMPANY, data)
            other = bleparser(company=bluemaestro.COMPANY, data=data)
            assert (other["temperature"], other["humidity"]) == (ours.temperature, ours.humidity)
            assert other[third] == (ours.dew_point if ours.pressure is None else ours.pressure / 100)


# BTHome ------------------------------------------------------------------------------------------------------------------


def test_the_length_of_every_bthome_object_is_that_of_bthome_ble() -> None:
    fixed = {
        kind: meas.data_length
        for kind, meas in MEAS_TYPES.items()
        if meas.data_format not in ("raw", "string", "command")
    }
    assert fixed == bthome._SIZES
    assert {bthome._COMMAND, *bthome._TEXTS} == set(MEAS_TYPES) - set(fixed)


_READ = (0x00, 0x01, 0x02, 0x03, 0x04, 0x08, 0x0C, 0x2E, 0x45, 0x57, 0x58)
_BTHOME = {
    # our value, theirs, its factor to our unit, and by how much theirs is rounded
    "temperature": ("temperature", 1.0, 0.0501),  # 0.35 °C steps of object 0x58 are rounded to 0.1 by the package
    "humidity": ("humidity", 1.0, 1e-9),
    "dew_point": ("dew_point", 1.0, 1e-9),
    "pressure": ("pressure", 100.0, 1e-6),
    "battery_mv": ("voltage", 1000.0, 1e-6),
    "battery_percent": ("battery", 1.0, 0.0),
    "sequence": ("packet_id", 1.0, 0.0),
}


def objects(random: Random) -> Iterator[tuple[int, bytes]]:
    """Objects in order of their ids, as bthome.io asks for: those that are read, and some that are stepped over."""
    others = random.sample(sorted(set(bthome._SIZES) - {0x4A, *_READ}), 2)  # 0x4A is a voltage too, of the mains
    for kind in sorted({*random.sample(_READ, random.randrange(1, 6)), *others}):
        size = bthome._SIZES[kind]
        raw = random.choice(
            (b"\x00" * size, b"\xff" * size, b"\x00" * (size - 1) + b"\x80", *[random.randbytes(size)] * 5)
        )
        yield kind, raw


def nothing(kind: int, raw: bytes) -> bool:
    """Codes that the package gives a number for: those of "not known" in 16-bit characteristics, and what cannot be (no air
    above 100 %RH, no battery above 100 %, nothing below absolute zero)."""
    number = int.from_bytes(raw, "little")
    if kind in (0x02, 0x08, 0x45):
        coldest = {0x02: -27315, 0x45: -2731, 0x08: -0x7FFF}[kind]
        return number == 0x8000 or signed(number) < coldest
    if kind in (0x03, 0x2E, 0x01):
        return number > {0x03: 10_000, 0x2E: 100, 0x01: 100}[kind]
    return kind in (0x04, 0x0C) and raw == b"\xff" * len(raw)


@pytest.mark.parametrize("secret", [False, True], ids=["plain", "encrypted"])
def test_bthome_agrees_with_bthome_ble(random: Random, secret: bool) -> None:
    key, kinds = random.randbytes(16), {"temperature": (0x02, 0x45, 0x57, 0x58), "humidity": (0x03, 0x2E)}
    cipher = AESCCM(key, tag_length=4)
    for _ in range(FRAMES // 2):
        said = list(objects(random))
        info, body = 0x40 | secret, b"".join(bytes((kind,)) + raw for kind, raw in said)
        if secret:
            counter = random.randbytes(4)
            sealed = cipher.encrypt(MAC + b"\xd2\xfc" + bytes((info,)) + counter, body, None)
            body = sealed[:-4] + counter + sealed[-4:]
        data = bytes((info,)) + body
        theirs = update(BTHomeBluetoothDeviceData(key if secret else None), service_data={bthome.BTHOME: data})
        if not any(kind in _READ for kind, _ in said):
            with pytest.raises(Refused):
                decode_service(bthome.BTHOME, data, address=ADDRESS, key=key if secret else None)
            continue
        ours = decode_service(bthome.BTHOME, data, address=ADDRESS, key=key if secret else None)
        single = {0x00: "sequence", 0x01: "battery_percent", 0x04: "pressure", 0x08: "dew_point", 0x0C: "battery_mv"}
        told = {name: kind for kind, name in single.items()}
        for name, (its_name, factor, rounding) in _BTHOME.items():
            first = next(((k, raw) for k, raw in said if k in kinds.get(name, (told.get(name),))), None)
            mine = getattr(ours, name)
            if first is None or nothing(*first):
                assert mine is None
                continue
            its = theirs.get(its_name, theirs.get(f"{its_name}_1"))
            assert mine == pytest.approx(its * factor, abs=rounding), (name, data.hex())
            if name == "temperature":
                steps = {0x02: 0.01, 0x45: 0.1, 0x57: 1, 0x58: 0.35}[first[0]]
                assert mine == pytest.approx(int.from_bytes(first[1], "little", signed=True) * steps, abs=1e-9)


def test_plain_bthome_agrees_with_bleparser(random: Random) -> None:
    for _ in range(FRAMES // 10):
        temperature, humidity = random.randrange(-4000, 8500), random.randrange(10_001)
        data = b"\x40\x02" + struct.pack("<h", temperature) + b"\x03" + struct.pack("<H", humidity)
        ours, other = decode_service(bthome.BTHOME, data), bleparser(uuid=0xFCD2, data=data)
        assert (ours.temperature, ours.humidity) == (other["temperature"], other["humidity"])


def test_bthome_ble_cannot_read_what_a_wrong_key_cannot_either(random: Random) -> None:
    data = bytes.fromhex("41a47266c95f730011223378237214")
    for _ in range(100):
        key = random.randbytes(16)
        assert "temperature" not in update(BTHomeBluetoothDeviceData(key), service_data={bthome.BTHOME: data})
        with pytest.raises(Refused) as refusal:
            decode_service(bthome.BTHOME, data, address=ADDRESS, key=key)
        assert refusal.value.kind is problems.LOGGER_KEY_WRONG


# SensorPro and ThermoBeacon ----------------------------------------------------------------------------------------------


def test_sensorpro_agrees_with_sensorpro_ble_and_bleparser(random: Random) -> None:
    for _ in range(FRAMES):
        volt, temperature, humidity = sixteen(random), sixteen(random), sixteen(random, 10_000, 10_001)
        percent, model = random.choice((0, 100, 101, 255, random.randrange(101))), random.choice((1, 5))
        data = struct.pack(">BB6sHHHB2s", 1, model, MAC, volt, temperature, humidity, percent, b"\0\0")
        ours = decode(sensorpro.COMPANY, data)
        theirs = update(SensorProBluetoothDeviceData(), manufacturer_data={sensorpro.COMPANY: data})
        possible = signed(temperature) >= -27_315  # the package gives down to -327.68 °C
        assert ours.temperature == (theirs["temperature"] if possible else None)
        assert ours.humidity == (theirs["humidity"] if humidity <= 10_000 else None)
        assert ours.battery_percent == (theirs["battery"] if percent <= 100 else None)
        assert ours.battery_mv == round(theirs["voltage"] * 1000)
        other = bleparser(
            company=sensorpro.COMPANY, data=b"\x55" + data[1:]
        )  # it wants 0x55 where the maker sends 0x01
        if other:
            assert other["temperature"] == theirs["temperature"]


def test_thermobeacon_agrees_with_thermobeacon_ble_and_bleparser(random: Random) -> None:
    for _ in range(FRAMES):
        volt, temperature, humidity = sixteen(random), sixteen(random, 1600, 1601), sixteen(random, 1600, 1601)
        model = random.choice(thermobeacon.MODELS)
        data = struct.pack("<BB6sHHHI", 0, random.choice((0, 0x80)), MAC[::-1], volt, temperature, humidity, 7)
        theirs = update(
            ThermoBeaconBluetoothDeviceData(), manufacturer_data={model: data}, service_uuids=[thermobeacon.SERVICE]
        )
        if "temperature" not in theirs:
            with pytest.raises(Refused) as refusal:
                decode(model, data)
            assert refusal.value.kind is problems.FRAME_UNKNOWN
            continue
        ours = decode(model, data)
        celsius = signed(temperature) / 16
        assert ours.temperature == (celsius if celsius >= -273.15 else None)  # the package gives down to -2048 °C
        assert ours.humidity == humidity / 16
        assert theirs["temperature"] == round(celsius, 2)  # rounded; sixteenths need four decimals
        assert theirs["humidity"] == round(humidity / 16, 2)
        assert ours.battery_mv == round(theirs["voltage"] * 1000, -1) or abs(volt / 1000 - theirs["voltage"]) < 0.0051
        if model in (0x10, 0x11, 0x15, 0x18):
            other = bleparser(company=model, data=data, service_class_uuid16=0xF0FF)
            assert (other["temperature"], other["humidity"]) == (celsius, humidity / 16)


# pvvx, ATC1441, Environmental Sensing ------------------------------------------------------------------------------------


def test_pvvx_and_atc_agree_with_bleparser(random: Random) -> None:
    for _ in range(FRAMES // 2):
        temperature, humidity, volt, percent = (
            sixteen(random),
            sixteen(random, 10_000, 10_001),
            sixteen(random),
            random.randrange(256),
        )
        data = struct.pack("<6sHHHBBB", MAC[::-1], temperature, humidity, volt, percent, 7, 0)
        ours, other = decode_service(pvvx.ENVIRONMENTAL_SENSING, data), bleparser(uuid=0x181A, data=data)
        assert ours.temperature == (other["temperature"] if signed(temperature) >= -27_315 else None)
        assert ours.humidity == (other["humidity"] if humidity <= 10_000 else None)
        assert ours.battery_percent == (other["battery"] if percent <= 100 else None)
        assert ours.battery_mv == round(other["voltage"] * 1000)
        assert (ours.sequence, ours.address) == (other["packet"], ADDRESS)
        data = struct.pack(">6sHBBHB", MAC, temperature, humidity >> 8, percent, volt, 7)
        ours, other = decode_service(pvvx.ENVIRONMENTAL_SENSING, data), bleparser(uuid=0x181A, data=data)
        assert ours.temperature == (other["temperature"] if signed(temperature) >= -2_731 else None)
        assert ours.humidity == (other["humidity"] if humidity >> 8 <= 100 else None)
        assert ours.battery_percent == (other["battery"] if percent <= 100 else None)


def test_environmental_sensing_agrees_with_bleparser_s_teltonika(random: Random) -> None:
    """It reads the two-byte temperature and, as Teltonika sends it, a one-byte humidity; the two-byte humidity of the
    specification it does not know, so that is held to the specification itself."""
    for _ in range(FRAMES):
        raw = sixteen(random)
        data = raw.to_bytes(2, "little")
        ours = decode_service(ess.TEMPERATURE, data)
        other = bleparser(uuid=0x2A6E, data=data, local_name="P T EN 0001")
        assert ours.temperature == (other["temperature"] if signed(raw) >= -27_315 else None)
        assert decode_service(ess.HUMIDITY, data).humidity == (raw / 100 if raw <= 10_000 else None)
        whole = bleparser(uuid=0x2A6F, data=data[:1], local_name="P RHT 0001")["humidity"]
        assert decode_service(ess.HUMIDITY, data[:1]).humidity == (whole if whole <= 100 else None)


# by the published description, read a second time ------------------------------------------------------------------------


def bits(data: bytes, start: int, length: int) -> int:
    """``length`` bits from bit ``start`` on, most significant first: so that nothing here shares code with the decoders."""
    return int(format(int.from_bytes(data, "big"), f"0{8 * len(data)}b")[start : start + length], 2)


def ela_rule(data: bytes) -> tuple[float | None, float | None]:
    humidity, temperature = bits(data, 8, 8), bits(data, 32, 8) << 8 | bits(data, 24, 8)
    celsius = signed(temperature) / 100
    return (celsius if celsius >= -273.15 else None), (float(humidity) if humidity <= 100 else None)


def minew_rule(data: bytes) -> tuple[float | None, float | None]:
    temperature, humidity = (
        bits(data, start, 8) - (256 if bits(data, start, 1) else 0) + bits(data, start + 8, 8) / 256
        for start in (24, 40)
    )
    return (temperature if temperature != -128 else None), (humidity if 0 <= humidity <= 100 else None)


def efento_rule(data: bytes) -> tuple[float | None, float | None]:
    temperature, humidity = bits(data, 14 * 8, 16), bits(data, 16 * 8, 16)
    celsius = temperature / 100 - 150
    return (celsius if celsius <= 150 else None), (float(humidity) if humidity <= 100 else None)


def laird_rule(data: bytes) -> tuple[float | None, float | None]:
    celsius = signed(bits(data, 20 * 8, 8) << 8 | bits(data, 19 * 8, 8)) / 100
    return (celsius if celsius >= -273.15 else None), None


def ela_frame(random: Random) -> bytes:
    return struct.pack("<BBBH", 0x21, random.randrange(256), 0x12, sixteen(random))


def minew_frame(random: Random) -> bytes:
    return struct.pack(">BBBHH6s", 0xA1, 1, 90, sixteen(random, 0x6400, 0x6401), sixteen(random, 0x6400, 0x6401), MAC)


def efento_frame(random: Random) -> bytes:
    temperature, humidity = sixteen(random, 30_000, 30_001), random.choice((0, 100, 101, 0xFFFF, random.randrange(101)))
    return struct.pack(">BBBBIHB3sHHH4s", 2, 5, 9, 1, 7, 0x803C, 0, b"\1\2\0", temperature, humidity, 0, bytes(4))


def laird_frame(random: Random) -> bytes:
    kind, value = random.choice((1, 4, 11)), sixteen(random)
    return struct.pack("<HHH6sBHIHHB", 1, 0, 0x8002, MAC[::-1], kind, 7, 1_600_000_000, value, 0, 0)


Rule = Callable[[bytes], tuple[float | None, float | None]]


@pytest.mark.parametrize(
    ("number", "frame", "rule"),
    [
        pytest.param(ela.COMPANY, ela_frame, ela_rule, id="ela"),
        pytest.param(minew.SERVICE, minew_frame, minew_rule, id="minew"),
        pytest.param(efento.COMPANY, efento_frame, efento_rule, id="efento"),
        pytest.param(laird.COMPANY, laird_frame, laird_rule, id="laird"),
    ],
)
def test_random_frames_read_as_the_maker_describes_them(
    random: Random, number: int | str, frame: Callable[[Random], bytes], rule: Rule
) -> None:
    for _ in range(FRAMES):
        data = frame(random)
        ours = decode_service(number, data) if isinstance(number, str) else decode(number, data)
        temperature, humidity = rule(data)
        assert ours.temperature == (None if temperature is None else pytest.approx(temperature, abs=1e-9))
        assert ours.humidity == humidity
        assert ours.address in (None, ADDRESS, address_text(MAC[::-1]))


def test_zigzag_slots_read_as_their_definition(random: Random) -> None:
    """0, -1, 1, -2, 2 … are sent as 0, 1, 2, 3, 4 …."""
    for _ in range(FRAMES):
        tenths = random.choice((0, -1, 1, 2000, -2000, random.randrange(-2000, 2001)))
        sent = 2 * tenths if tenths >= 0 else -2 * tenths - 1
        data = b"\x04\x01" + sent.to_bytes(3, "big") + b"]]"
        assert decode(efento.COMPANY, data).temperature == tenths / 10


@pytest.mark.parametrize(
    ("read", "numbers"),
    [
        pytest.param(decode, (0x0499, 0x0133, 0x0077, 0x026C, 0x0757, 0xAA55, 0x11), id="companies"),
        pytest.param(
            decode_service, (bthome.BTHOME, minew.SERVICE, pvvx.ENVIRONMENTAL_SENSING, ess.HUMIDITY), id="services"
        ),
    ],
)
def test_random_bytes_are_read_or_refused_and_nothing_else(random: Random, read: Any, numbers: tuple[Any, ...]) -> None:
    begins = ("05", "17", "0100", "02", "0401", "21", "40", "a101", "0101a4c1")
    kinds = set()
    for _ in range(FRAMES):
        number, data = random.choice(numbers), random.randbytes(random.randrange(27))
        if random.random() < 0.5:  # half of them begin as a known frame does
            data = bytes.fromhex(random.choice(begins)) + data
        try:
            found = read(number, data)
        except Refused as refused:
            kinds.add(refused.kind)
        else:
            assert found.temperature is None or -273.15 <= found.temperature <= 3276.7
            assert found.humidity is None or 0 <= found.humidity <= 163.835
    assert kinds <= {problems.FRAME_UNKNOWN, problems.FRAME_MALFORMED, problems.LOGGER_KEY_MISSING}
