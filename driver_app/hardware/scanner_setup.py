"""Setting up a scan service from the app, as data: intents to be broadcast, with everything they carry.

Two makers let an app do it without their libraries. Zebra DataWedge: "Create Profile" and "Set Config" of its intent API
(techdocs.zebra.com, DataWedge, Programming). Honeywell: "Data Collection Intent API" (claim, release). On the others the
driver's administrator switches broadcasts on by hand; ``docs/android.md`` says where.
"""

from collections.abc import Mapping

import msgspec

from driver_app.hardware.scanners import HONEYWELL_ACTION, PACKAGE, ZEBRA_ACTION

PROFILE = "Handover"
"""The DataWedge profile that belongs to this app."""


class Bundle(msgspec.Struct, frozen=True):
    """An ``android.os.Bundle``: names and values, which may be bundles again."""

    entries: Mapping[str, "Content"]


class BundleArray(msgspec.Struct, frozen=True):
    """A ``Bundle[]``."""

    bundles: tuple[Bundle, ...]


class BundleList(msgspec.Struct, frozen=True):
    """An ``ArrayList<Bundle>``."""

    bundles: tuple[Bundle, ...]


Content = str | bool | tuple[str, ...] | Bundle | BundleArray | BundleList


class SetUp(msgspec.Struct, frozen=True):
    """An intent to be broadcast: its action, the app it is for (``None``: whoever listens), and its extras."""

    action: str
    package: str | None
    extras: Mapping[str, Content]


# Zebra -------------------------------------------------------------------------------------------------------------------

DATAWEDGE = "com.symbol.datawedge"
_API = f"{DATAWEDGE}.api"

_DECODERS = (
    "decoder_datamatrix",
    "decoder_gs1_datamatrix",
    "decoder_qrcode",
    "decoder_gs1_qrcode",
    "decoder_code128",
    "decoder_code128_enable_ean128",
    "decoder_ean13",
    "decoder_ean8",
    "decoder_upca",
    "decoder_i2of5",
    "decoder_gs1_databar",
    "decoder_gs1_databar_exp",
)
"""What stands on medicines and transport units. The GS1 decoders beside the plain ones make DataWedge tell the two apart."""


def datawedge_set_up(package: str = PACKAGE) -> tuple[SetUp, ...]:
    """Create this app's profile, then configure it: engine on, decoders on, broadcast with our action, no keystrokes.

    Sent at every start: an administrator's later change of the profile would silently take FNC1 away otherwise.
    """
    plugins = (
        _plugin(
            "BARCODE",
            {"scanner_input_enabled": "true", "scanner_selection": "auto", **dict.fromkeys(_DECODERS, "true")},
        ),
        _plugin(
            "INTENT",
            {
                "intent_output_enabled": "true",
                "intent_action": ZEBRA_ACTION,
                "intent_category": "android.intent.category.DEFAULT",
                "intent_delivery": "2",  # a broadcast (0: start an activity, 1: start a service)
            },
        ),
        _plugin("KEYSTROKE", {"keystroke_output_enabled": "false"}),
    )
    profile = Bundle(
        {
            "PROFILE_NAME": PROFILE,
            "PROFILE_ENABLED": "true",
            "CONFIG_MODE": "UPDATE",
            "PLUGIN_CONFIG": BundleList(plugins),
            "APP_LIST": BundleArray((Bundle({"PACKAGE_NAME": package, "ACTIVITY_LIST": ("*",)}),)),
        }
    )
    return (
        SetUp(f"{_API}.ACTION", DATAWEDGE, {f"{_API}.CREATE_PROFILE": PROFILE}),
        SetUp(f"{_API}.ACTION", DATAWEDGE, {f"{_API}.SET_CONFIG": profile}),
    )


def _plugin(name: str, parameters: Mapping[str, str]) -> Bundle:
    return Bundle({"PLUGIN_NAME": name, "RESET_CONFIG": "true", "PARAM_LIST": Bundle(parameters)})


# Honeywell ---------------------------------------------------------------------------------------------------------------

COLLECTION = "com.intermec.datacollectionservice"
"""The service behind the imager; it kept the name of the company it came from."""
_AIDC = "com.honeywell.aidc"


def honeywell_claim() -> SetUp:
    """Take the imager while a scanning screen is shown, and have it broadcast with our action.

    Check digits are asked for by name: without them EAN codes arrive a digit short.
    """
    properties: dict[str, Content] = {
        "DPR_DATA_INTENT": True,
        "DPR_DATA_INTENT_ACTION": HONEYWELL_ACTION,
        "DEC_EAN13_CHECK_DIGIT_TRANSMIT": True,
        "DEC_EAN8_CHECK_DIGIT_TRANSMIT": True,
        "DEC_EAN13_ENABLED": True,
        "DEC_EAN8_ENABLED": True,
        "DEC_CODE128_ENABLED": True,
        "DEC_GS1_128_ENABLED": True,
        "DEC_DATAMATRIX_ENABLED": True,
        "DEC_QR_ENABLED": True,
    }
    return SetUp(
        f"{_AIDC}.action.ACTION_CLAIM_SCANNER",
        COLLECTION,
        {
            f"{_AIDC}.extra.EXTRA_SCANNER": "dcs.scanner.imager",
            f"{_AIDC}.extra.EXTRA_PROFILE": "DEFAULT",
            f"{_AIDC}.extra.EXTRA_PROPERTIES": Bundle(properties),
        },
    )


def honeywell_release() -> SetUp:
    """Give the imager back to whoever else uses it."""
    return SetUp(f"{_AIDC}.action.ACTION_RELEASE_SCANNER", COLLECTION, {})


PACKAGES = (DATAWEDGE, COLLECTION)
"""Apps the manifest has to name under ``<queries>``: Android 11 hides the others from us, and us from their answers."""


def set_up_for(manufacturer: str) -> tuple[SetUp, ...]:
    """What to broadcast when scanning starts on a device of ``manufacturer`` (``android.os.Build.MANUFACTURER``)."""
    maker = manufacturer.casefold()
    if "zebra" in maker or "motorola solutions" in maker:
        return datawedge_set_up()
    if "honeywell" in maker or "intermec" in maker:
        return (honeywell_claim(),)
    return ()


def tear_down_for(manufacturer: str) -> tuple[SetUp, ...]:
    """What to broadcast when scanning ends."""
    maker = manufacturer.casefold()
    return (honeywell_release(),) if "honeywell" in maker or "intermec" in maker else ()
