"""The intents that set a scan service up, as the makers document them."""

from driver_app.hardware.scanner_setup import (
    PROFILE,
    Bundle,
    BundleArray,
    BundleList,
    datawedge_set_up,
    honeywell_claim,
    honeywell_release,
    set_up_for,
    tear_down_for,
)
from driver_app.hardware.scanners import HONEYWELL_ACTION, PACKAGE, ZEBRA_ACTION, service_of


def config() -> Bundle:
    found = datawedge_set_up()[1].extras["com.symbol.datawedge.api.SET_CONFIG"]
    assert isinstance(found, Bundle)
    return found


def parameters(name: str) -> dict[str, object]:
    """The parameters of a plug-in."""
    plugins = config().entries["PLUGIN_CONFIG"]
    assert isinstance(plugins, BundleList)
    (plugin,) = [plugin for plugin in plugins.bundles if plugin.entries["PLUGIN_NAME"] == name]
    found = plugin.entries["PARAM_LIST"]
    assert isinstance(found, Bundle)
    return dict(found.entries)


def test_the_profile_is_created_before_it_is_configured() -> None:
    create, configure = datawedge_set_up()
    assert create.action == configure.action == "com.symbol.datawedge.api.ACTION"
    assert create.extras == {"com.symbol.datawedge.api.CREATE_PROFILE": PROFILE}
    assert config().entries["PROFILE_NAME"] == PROFILE
    assert config().entries["CONFIG_MODE"] == "UPDATE"


def test_the_profile_belongs_to_this_app_alone() -> None:
    assert config().entries["APP_LIST"] == BundleArray((Bundle({"PACKAGE_NAME": PACKAGE, "ACTIVITY_LIST": ("*",)}),))


def test_datawedge_broadcasts_under_the_action_that_the_table_reads() -> None:
    intent = parameters("INTENT")
    assert intent["intent_action"] == ZEBRA_ACTION
    assert intent["intent_delivery"] == "2"
    assert service_of(ZEBRA_ACTION).maker == "Zebra"
    assert intent["intent_category"] in service_of(ZEBRA_ACTION).categories


def test_keystrokes_are_off_or_every_code_would_come_twice() -> None:
    assert parameters("KEYSTROKE") == {"keystroke_output_enabled": "false"}


def test_plain_and_gs1_decoders_are_both_on_so_that_the_label_type_tells_them_apart() -> None:
    barcode = parameters("BARCODE")
    assert {barcode[f"decoder_{name}"] for name in ("datamatrix", "gs1_datamatrix", "qrcode", "gs1_qrcode")} == {"true"}
    assert barcode["scanner_input_enabled"] == "true"


def test_datawedge_takes_every_parameter_as_text() -> None:
    for name in ("BARCODE", "INTENT", "KEYSTROKE"):
        assert {type(value) for value in parameters(name).values()} == {str}


def test_a_honeywell_imager_is_claimed_with_check_digits_and_given_back() -> None:
    claim, release = honeywell_claim(), honeywell_release()
    properties = claim.extras["com.honeywell.aidc.extra.EXTRA_PROPERTIES"]
    assert isinstance(properties, Bundle)
    assert properties.entries["DPR_DATA_INTENT_ACTION"] == HONEYWELL_ACTION
    assert properties.entries["DEC_EAN13_CHECK_DIGIT_TRANSMIT"] is True
    assert service_of(HONEYWELL_ACTION).maker == "Honeywell"
    assert claim.package == release.package == "com.intermec.datacollectionservice"


def test_only_the_makers_that_can_be_set_up_are() -> None:
    assert set_up_for("Zebra Technologies") == datawedge_set_up()
    assert set_up_for("Honeywell") == (honeywell_claim(),)
    assert set_up_for("SUNMI") == ()
    assert tear_down_for("Honeywell") == (honeywell_release(),)
    assert tear_down_for("Zebra Technologies") == ()
