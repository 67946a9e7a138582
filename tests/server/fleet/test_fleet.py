"""What carries medicines: entered with care, changed on record, and never without its papers."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from server.accounts import audit
from server.accounts import operations as accounts
from server.accounts.schemas import Role
from server.fleet import operations as fleet
from server.fleet.rules import read_hours, shown_hours
from server.fleet.schemas import (
    CarrierData,
    ContainerData,
    DriverData,
    Hours,
    LoggerData,
    QualificationData,
    SiteData,
    Subject,
    VehicleData,
)
from server.transaction import reading, transaction
from shared import problems
from shared.clock import ManualClock
from shared.coldchain.profiles import REFRIGERATED
from shared.errors import Kind, Refused
from shared.geo import Position
from shared.work import ContainerKind, Name, Window
from tests.server.fleet.samples import BY, FAR, Fleet, enter_fleet

SITE = SiteData(Name("某医院", "A hospital"), "某路1号", 39.9, 116.4)
BOX = ContainerData(ContainerKind.BOX, Name("箱", "Box"), "8003-9", 2, 8, 0.05)
LOGGER = LoggerData("R9", "ruuvi", "F0:00:00:00:00:09", 60, FAR)


@pytest.fixture
def entered(app: Flask) -> Fleet:
    with app.app_context():
        return enter_fleet()


def refused(problem: Kind) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, check=lambda error: error.kind is problem)


def test_a_party_comes_with_its_papers(app: Flask, entered: Fleet) -> None:
    with app.app_context(), reading():
        carrier = fleet.carrier(entered.carrier)
        assert carrier.name == Name("京东方冷链", "Jingdongfang Cold Chain")
        assert [(paper.document.en, paper.expires) for paper in carrier.qualifications] == [
            ("Drug distribution licence", FAR)
        ]
        assert fleet.vehicle(entered.vehicle).name.zh == "京A·12345"
        assert fleet.driver(entered.driver).name.en == "Wang"
        assert fleet.user_of_driver(entered.driver) == entered.user


def test_a_container_comes_with_the_loggers_in_it(app: Flask, entered: Fleet) -> None:
    with app.app_context(), reading():
        container = fleet.container(entered.compartment)
        assert (container.kind, container.range, container.volume) == (ContainerKind.COMPARTMENT, REFRIGERATED, 12.0)
        assert [(one.serial, one.maker, one.interval) for one in container.loggers] == [
            ("R1", "ruuvi", 120),
            ("R2", "ruuvi", 120),
        ]
        assert [(one.id, limit) for one, limit in fleet.containers_of(entered.vehicle)] == [
            (entered.compartment, 300),
            (entered.box, 200),
        ]


def test_what_is_put_out_of_use_no_longer_rides(app: Flask, entered: Fleet) -> None:
    with app.app_context():
        with transaction():
            box = next(one for one in fleet.containers() if one.id == entered.box)
            fleet.change_container(box.id, replace(box.data, active=False), by=BY)
            logger = fleet.loggers()[0]
            fleet.change_logger(logger.id, replace(logger.data, active=False), by=BY)
        with reading():
            assert [one.id for one, _ in fleet.containers_of(entered.vehicle)] == [entered.compartment]
            assert len(fleet.container(entered.compartment).loggers) == 1


def test_a_site_is_a_place_with_a_fence_and_hours(app: Flask, entered: Fleet) -> None:
    with app.app_context(), reading():
        site = fleet.site(entered.xiehe)
        assert site.fence.centre == Position(39.911, 116.4097)
        assert site.fence.radius == 150.0
        start, end = datetime(2026, 11, 23, 0, 0, tzinfo=UTC), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        assert fleet.hours_on(entered.xiehe, date(2026, 11, 23)) == (Window(start, end),)
        assert fleet.hours_on(entered.depot, date(2026, 11, 23)) == ()


def test_hours_follow_the_sites_own_zone_and_weekday(app: Flask) -> None:
    hours = (Hours(0, 13 * 60, 17 * 60), Hours(0, 8 * 60, 11 * 60 + 30), Hours(1, 0, 24 * 60))
    with app.app_context():
        with transaction():
            site_id = fleet.add_site(replace(SITE, zone="Asia/Urumqi", hours=hours), by=BY)
        with reading():
            monday = fleet.hours_on(site_id, date(2026, 11, 23))
            assert [(one.start.hour, one.end.hour, one.end.minute) for one in monday] == [(2, 5, 30), (7, 11, 0)]
            (tuesday,) = fleet.hours_on(site_id, date(2026, 11, 24))
            assert (tuesday.end - tuesday.start).total_seconds() == 86_400


def test_receivers_are_known_by_both_names_and_depots_are_none(app: Flask, entered: Fleet) -> None:
    with app.app_context(), reading():
        assert fleet.receivers_by_name() == {
            "北京协和医院": entered.xiehe,
            "Peking Union Hospital": entered.xiehe,
            "北京同仁医院": entered.tongren,
            "Tongren Hospital": entered.tongren,
        }
        assert [entry.id for entry in fleet.depots()] == [entered.depot]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": Name(" ", "x")}, problems.FIELD_INVALID),
        ({"lat": 91.0}, problems.FIELD_INVALID),
        ({"zone": "Mars/Olympus"}, problems.FIELD_INVALID),
        ({"zone": "../etc/passwd"}, problems.FIELD_INVALID),
        ({"radius": 1.0}, problems.FIELD_INVALID),
        ({"radius": float("nan")}, problems.FIELD_INVALID),
        ({"service": -1}, problems.FIELD_INVALID),
        ({"address": ""}, problems.FIELD_INVALID),
        ({"phone": "1" * 61}, problems.FIELD_INVALID),
        ({"hours": (Hours(7, 0, 60),)}, problems.FIELD_INVALID),
        ({"hours": (Hours(0, 600, 540),)}, problems.FIELD_INVALID),
        ({"hours": (Hours(0, 480, 720), Hours(0, 700, 800))}, problems.FIELD_INVALID),
    ],
)
def test_a_site_that_makes_no_sense_is_refused(app: Flask, changes: dict[str, object], problem: Kind) -> None:
    with app.app_context(), transaction(), refused(problem):
        fleet.add_site(replace(SITE, **changes), by=BY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"low": 8.0, "high": 2.0}, problems.RANGE_INVALID),
        ({"low": -300.0}, problems.FIELD_INVALID),
        ({"code": " "}, problems.FIELD_INVALID),
        ({"volume": 0.0}, problems.FIELD_INVALID),
        ({"capacity": 0}, problems.FIELD_INVALID),
        ({"vehicle_id": "nowhere"}, problems.NOT_FOUND),
        ({"code": "8003-1"}, problems.DUPLICATE),
    ],
)
def test_a_container_that_makes_no_sense_is_refused(
    app: Flask, entered: Fleet, changes: dict[str, object], problem: Kind
) -> None:
    with app.app_context(), transaction(), refused(problem):
        fleet.add_container(replace(BOX, **changes), by=BY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"maker": "acme"}, problems.FIELD_INVALID),
        ({"serial": ""}, problems.FIELD_INVALID),
        ({"address": "F0:00"}, problems.FIELD_INVALID),
        ({"interval": 0}, problems.FIELD_INVALID),
        ({"container_id": "nowhere"}, problems.NOT_FOUND),
        ({"serial": "R1"}, problems.DUPLICATE),
        ({"address": "f0-00-00-00-00-01"}, problems.DUPLICATE),
    ],
)
def test_a_logger_nobody_could_find_is_refused(
    app: Flask, entered: Fleet, changes: dict[str, object], problem: Kind
) -> None:
    with app.app_context(), transaction(), refused(problem):
        fleet.add_logger(replace(LOGGER, **changes), by=BY)  # type: ignore[arg-type]


def test_a_driver_signs_in_as_a_driver_and_as_nobody_elses(app: Flask, entered: Fleet) -> None:
    with app.app_context(), transaction():
        office, _ = accounts.add_user(name="chen", role=Role.DISPATCHER, display=Name("陈", "Chen"), by=BY)
        name = Name("陈", "Chen")
        with refused(problems.FIELD_INVALID):
            fleet.add_driver(DriverData(entered.carrier, office.id, name), by=BY)
        with refused(problems.DUPLICATE):
            fleet.add_driver(DriverData(entered.carrier, entered.user, name), by=BY)
        with refused(problems.NOT_FOUND):
            fleet.add_driver(DriverData(entered.carrier, "nobody", name), by=BY)
        with refused(problems.NOT_FOUND):
            fleet.add_driver(DriverData("nowhere", entered.user, name), by=BY)


def test_names_and_plates_are_given_once(app: Flask, entered: Fleet) -> None:
    with app.app_context(), transaction():
        with refused(problems.DUPLICATE):
            fleet.add_carrier(CarrierData(Name("京东方冷链", "")), by=BY)
        with refused(problems.DUPLICATE):
            fleet.add_vehicle(VehicleData(entered.carrier, Name("京A·12345", "")), by=BY)
        with refused(problems.DUPLICATE):
            fleet.add_site(replace(SITE, name=Name("北京协和医院", "")), by=BY)
        with refused(problems.FIELD_INVALID):
            fleet.add_vehicle(VehicleData(entered.carrier, Name("京B", ""), kind=""), by=BY)


def test_a_thing_without_an_english_name_has_its_chinese_one_in_both(app: Flask) -> None:
    with app.app_context(), transaction():
        carrier_id = fleet.add_carrier(CarrierData(Name(" 某公司 ", "")), by=BY)
        assert fleet.carrier(carrier_id).name == Name("某公司", "某公司")


def test_a_change_is_on_the_trail_with_old_and_new_and_no_change_is_not(app: Flask, entered: Fleet) -> None:
    with app.app_context(), transaction():
        entry = fleet.vehicle_entry(entered.vehicle)
        fleet.change_vehicle(entry.id, replace(entry.data, capacity=500, name=Name("京A·99999", "New")), by="li")
        fleet.change_vehicle(entry.id, replace(entry.data, capacity=500, name=Name("京A·99999", "New")), by="li")
        changed, added = (one for one in audit.entries(key=entered.vehicle) if "vehicle" in one.tag.value)
        assert added.tag is audit.Tag.VEHICLE_ADDED
        assert (changed.tag, changed.by) == (audit.Tag.VEHICLE_CHANGED, "li")
        assert changed.changes["capacity"] == ("400", "500")
        assert changed.changes["name_zh"] == ("京A·12345", "京A·99999")


def test_changed_hours_replace_the_old_ones_on_record(app: Flask, entered: Fleet) -> None:
    with app.app_context(), transaction():
        entry = fleet.site_entry(entered.xiehe)
        fleet.change_site(entry.id, replace(entry.data, hours=(Hours(0, 480, 600), Hours(2, 480, 600))), by=BY)
        assert fleet.site_entry(entered.xiehe).data.hours == (Hours(0, 480, 600), Hours(2, 480, 600))
        (changed,) = audit.entries(tag=audit.Tag.SITE_CHANGED)
        assert changed.changes["hours"][1] == "1: 08:00-10:00; 3: 08:00-10:00"


def test_papers_are_renewed_and_taken_away_on_record(app: Flask, entered: Fleet) -> None:
    with app.app_context(), transaction():
        (paper,) = fleet.qualifications(Subject.VEHICLE, entered.vehicle)
        fleet.change_qualification(paper.id, replace(paper.data, expires=date(2029, 1, 1)), by=BY)
        assert fleet.vehicle(entered.vehicle).qualifications[0].expires == date(2029, 1, 1)
        fleet.remove_qualification(paper.id, by=BY)
        assert fleet.vehicle(entered.vehicle).qualifications == ()
        assert [one.tag.value for one in audit.entries(key=entered.vehicle)][:2] == [
            "fleet:qualification:removed",
            "fleet:qualification:changed",
        ]


def test_a_paper_belongs_to_something_and_has_a_number(app: Flask, entered: Fleet) -> None:
    with app.app_context(), transaction():
        data = QualificationData(Subject.DRIVER, "nobody", Name("证", ""), "1", FAR)
        with refused(problems.NOT_FOUND):
            fleet.add_qualification(data, by=BY)
        with refused(problems.FIELD_INVALID):
            fleet.add_qualification(replace(data, subject_id=entered.driver, number=" "), by=BY)
        for subject, own in (
            (Subject.CARRIER, entered.carrier),
            (Subject.VEHICLE, entered.vehicle),
            (Subject.CONTAINER, entered.box),
        ):
            fleet.add_qualification(replace(data, subject=subject, subject_id=own), by=BY)


def test_what_expires_is_listed_the_most_urgent_first(app: Flask, entered: Fleet, clock: ManualClock) -> None:
    today = date(2026, 11, 22)
    with app.app_context(), transaction():
        assert fleet.expiring(today) == []
        (paper,) = fleet.qualifications(Subject.DRIVER, entered.driver)
        fleet.change_qualification(paper.id, replace(paper.data, expires=date(2026, 12, 22)), by=BY)
        logger = fleet.loggers()[0]
        fleet.change_logger(logger.id, replace(logger.data, calibrated_until=date(2026, 11, 1)), by=BY)
        assert [(one.subject, one.expires.isoformat()) for one in fleet.expiring(today)] == [
            ("logger", "2026-11-01"),
            ("driver", "2026-12-22"),
        ]
        assert [one.subject for one in fleet.expiring(date(2026, 11, 21))] == ["logger"]


def test_what_is_not_there_is_not_found(app: Flask) -> None:
    with app.app_context(), transaction():
        for look in (
            fleet.carrier,
            fleet.vehicle,
            fleet.driver,
            fleet.container,
            fleet.site,
            fleet.site_entry,
            fleet.vehicle_entry,
            fleet.qualification,
            fleet.user_of_driver,
        ):
            with refused(problems.NOT_FOUND):
                look("nothing")
        with refused(problems.NOT_FOUND):
            fleet.change_carrier("nothing", CarrierData(Name("x", "")), by=BY)
        with refused(problems.NOT_FOUND):
            fleet.remove_qualification("nothing", by=BY)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", ()),
        ("08:00-11:30 13:00-17:00", ((480, 690), (780, 1020))),
        ("8:00–12:00，13:00至17:30", ((480, 720), (780, 1050))),
        ("00:00-24:00", ((0, 1440),)),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: tuple[tuple[int, int], ...]) -> None:
    found = read_hours(3, text)
    assert [(one.weekday, one.start, one.end) for one in found] == [(3, start, end) for start, end in hours]
    assert read_hours(3, shown_hours(found)) == found


@pytest.mark.parametrize(
    "text", ["morning", "08:00", "08:00-07:00", "08:60-09:00", "08:00-25:00", "08:00-10:00 09:00-11:00"]
)
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with refused(problems.FIELD_INVALID):
        read_hours(0, text)
