"""What the document says: every field of the handover form, in both languages, and nothing that is not so."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from server.proof import words
from server.proof.evidence import Evidence, gather
from server.proof.facts import document_facts
from server.proof.view import Setting
from shared import problems
from shared.coldchain.verdict import Conformity
from shared.custody import events as e
from shared.errors import Language, Refused
from shared.work import Name
from tests.server.proof.conftest import Bundles
from tests.server.proof.day import DAY, DEVICE, ROUTE, Day, at, make_route, papers

Json = dict[str, Any]


def setting(**changes: Any) -> Setting:
    plain = Setting(
        "合成医药物流", "handover.test/ledger", "https://h/check/x", False, "ab" * 32, 63, "cd" * 32, frozenset()
    )
    return msgspec.structs.replace(plain, **changes)


@pytest.fixture(scope="module")
def told(bundles: Bundles) -> dict[str, Evidence]:
    return {name: gather(bundles.day.ledger, proof) for name, proof in bundles.day.proofs.items()}


def facts(evidence: Evidence, language: Language = "zh", **changes: Any) -> Json:
    blobs = frozenset(evidence.blobs())
    return document_facts(evidence, setting(blobs=blobs, **changes), language)


def pairs(found: Json) -> dict[str, str]:
    return dict(found["transport"])


def test_the_handover_form_has_all_its_fields(told: dict[str, Evidence]) -> None:
    """GB/T 28842 and the GSP appendix on refrigerated medicines: who, what, with what, when, how warm."""
    assert pairs(facts(told["refused"])) == {
        "供货单位": "合成医药物流（北京）有限公司",
        "购货（收货）单位": "北京医院",
        "收货地址": "北京市东城区示例路2号 / 北京市东城区示例路4号",
        "交接地点": "北京医院",
        "承运单位": "合成冷链运输有限公司",
        "运输方式": "公路运输，全程温控",
        "运输工具 / 车牌号": "京A·D1234",
        "驾驶员（运输人员）": "王建国 (机动车驾驶证 京-driver-0017)",
        "发运地点": "合成医药物流中心",
        "到货时限": "08:15–11:15",
        "启运时间": "2026-11-22 07:30:00",
        "到货时间": "2026-11-22 09:09:00",
        "启运温度": "5.26～5.29 ℃",
        "到货温度": "4.00～4.10 ℃",
        "在途温度（最低～最高）": "3.80～11.17 ℃",
        "交接完成": "2026-11-22 09:24:00",
        "随货同行单编号": "SX20261122002 / SX20261122004",
        "行驶里程": "16.4 km (直线距离 × 1.35 straight line) · 启运表读数 48211 km",
    }


def test_each_line_has_product_lot_maker_range_verdict_and_outcome(told: dict[str, Evidence]) -> None:
    first, second = (note["lines"][0] for note in facts(told["refused"])["consignments"])
    assert first["name"] == "甘精胰岛素注射液"
    assert (first["lot"], first["expiry"], first["quantity"]) == ("B240801", "2028-03-31", "20 盒")
    assert first["maker"] == "合成制药（北京）有限公司"
    assert first["range"] == "2～8 ℃"
    assert first["codes"] == "83857930000000000001 … 83857930000000000003 (3)"
    assert (first["conformity"], first["outcome"], first["parts"]) == ("不能确认", "部分接收", "接收 19 · 短少 1")
    assert first["reason"] == "短少；少一盒，随货同行单已改注"
    assert second["range"] == "2～8 ℃, 35～75 %RH"
    assert (second["transit"], second["conformity"], second["outcome"]) == ("3.80～11.17", "不合格", "拒收")
    assert second["reason"].startswith("温度不合格")


def test_the_conclusion_is_the_outcome_and_the_worst_verdict(told: dict[str, Evidence]) -> None:
    found = {name: facts(evidence)["conclusion"] for name, evidence in told.items()}
    assert (found["accepted"]["outcome"], found["accepted"]["temperature"]) == ("接收", "合格")
    assert (found["refused"]["outcome"], found["refused"]["temperature"]) == ("部分接收", "不合格")
    assert (found["failed"]["outcome"], found["failed"]["temperature"]) == ("未交付 · 收货处关闭", "不能确认")


def test_english_says_the_same_in_english(told: dict[str, Evidence]) -> None:
    found = facts(told["refused"], "en")
    assert pairs(found)["In transit (lowest to highest)"] == "3.80–11.17 ℃"
    assert pairs(found)["Receiver"] == "Beijing Hospital"
    assert found["conclusion"]["outcome"] == "Partly accepted"
    assert found["consignments"][1]["lines"][0]["reason"].startswith("temperature; ")


def test_every_word_exists_in_both_languages() -> None:
    tables: tuple[Mapping[Any, Name], ...] = (
        words.LABELS, words.CONFORMITY, words.OUTCOME, words.QUANTITIES, words.REASON, words.FAILURE, words.ARRIVED_BY,
        words.ENTRY, words.CONTAINER, words.EVENTS, words.INCIDENT, words.COLLECTED,
    )  # fmt: skip
    for table in tables:
        for name in table.values():
            assert name.zh
            assert name.en
            assert name.zh != name.en
    assert set(words.EVENTS) == set(e.EVENT_TYPES)


def test_a_signature_shows_name_role_time_and_meaning(told: dict[str, Evidence]) -> None:
    """21 CFR 11.50."""
    receiver, second = facts(told["accepted"])["signatories"]
    assert (receiver["name"], receiver["role"], receiver["staff_number"]) == ("李秀英", "药库管理员", "PK0231")
    assert receiver["when"] == "2026-11-22 08:36:00"
    assert "收货" in receiver["meaning"]
    assert (receiver["title"], second["title"]) == ("收货人签字", "复核人签字")
    signed = told["accepted"].concluded.event
    assert isinstance(signed, e.HandoverSigned)
    assert receiver["picture"] == signed.signatories[0].picture


def test_sender_and_carrier_stand_beside_the_receiver(told: dict[str, Evidence]) -> None:
    sender, carrier = facts(told["failed"])["carriers"]
    assert (sender["title"], sender["when"]) == ("发货人 / 装车核对", "2026-11-22 07:30:00")
    assert (carrier["title"], carrier["index"]) == ("运输人员", told["failed"].concluded.index)
    assert "未能交付" in carrier["meaning"]
    assert "查验" in facts(told["accepted"])["carriers"][1]["meaning"]


def test_containers_show_logger_serial_calibration_and_time_basis(told: dict[str, Evidence]) -> None:
    cool = facts(told["accepted"])["containers"][1]
    expired, valid = cool["loggers"]
    assert (expired["serial"], expired["calibrated"], expired["expired"]) == ("RUUVI-LG-D", "2026-11-01", True)
    assert not valid["expired"]
    assert valid["basis"] == "记录仪时钟 (时钟差 -0.8 s)"
    box = facts(told["refused"])["containers"][1]
    assert box["loggers"][0]["basis"] == "推算"
    assert box["loggers"][0]["highest"] == "11.17"
    assert "11.17" in box["chart"]


def test_excursions_and_gaps_are_listed_with_their_lots(told: dict[str, Evidence]) -> None:
    found = facts(told["refused"])["deviations"]
    (warm,) = [one for one in found if one["what"] == "超过上限"]
    assert (warm["logger"], warm["lots"], warm["tone"]) == ("BLUEMAESTRO-LG-C", "V260301", "bad")
    gaps = [one for one in found if one["what"] == "无数据" and one["lots"] == "B240801"]
    assert ("08:50:00", "09:04:00", "14 min") in {(one["from"], one["to"], one["lasted"]) for one in gaps}


def test_place_and_distance_on_arrival(told: dict[str, Evidence]) -> None:
    rows = dict(facts(told["refused"])["place"]["rows"])
    assert rows["收货地点"] == "39.90410, 116.41500 (WGS-84), 围栏半径 150 m"
    assert rows["到达定位"] == "39.90410, 116.41560 ±12 m (WGS-84) · 距收货点 51 m · 驾驶员手动确认"
    assert "离开前定位" in dict(facts(told["failed"])["place"]["rows"])


def test_what_went_wrong_on_the_way_is_told(told: dict[str, Evidence]) -> None:
    found = {one["title"]: one["text"] for one in facts(told["refused"])["incidents"]}
    assert "RUUVI-LG-D" in found["不予发车"]
    assert "u-dispatch" in found["放行决定"]
    assert found["温度报警"] == "BLUEMAESTRO-LG-C: 9.80 ℃ (2 … 8 ℃)"
    assert found["终端时钟跳变"] == "+180.0 s"
    assert "LG-C" in found["读取中断"]
    assert found["卸货"] == "手工录入: u-L4"
    assert found["备注"] == "拒收批次已隔离于保温箱 7 号"
    assert "u-quality" in found["更正"]
    assert "entry" in next(
        one["text"] for one in facts(told["refused"], "en")["incidents"] if one["title"] == "Correction"
    )


def test_rarer_incidents_are_told_too() -> None:
    day = Day()
    enrolled = e.DeviceEnrolled(DEVICE, day.handheld.signer.public_key(), "7")
    day.decides(enrolled, at(5))
    published = day.decides(e.RoutePublished(day.route, DEVICE, "d"), at(5, 30))
    day.says(e.ShiftStarted(ROUTE, 1, "D1", "V1", published, None), at(6))
    items = (e.CheckItem("tyres", False, "worn"), e.CheckItem("doors", True))
    day.says(e.VehicleChecked(ROUTE, items), at(6, 5))
    day.says(e.PrecoolingChecked(ROUTE, "K-1", "LG-A", 12.5, 2.0, 8.0, False), at(6, 30))
    day.says(e.GoodsLoaded(ROUTE, "L5", "K-1", 8, "TYPED-1", e.Entry.TYPED), at(6, 40))
    day.says(e.VehicleDeparted(ROUTE, None), at(7, 30))
    day.third_stop()
    day.ledger.append(day.handheld, e.StopLeft(ROUTE, "T3", None), at(10, 9))
    day.decides(e.LotRecalled("P-INS", "B240802", "particles", "maker"), at(13))
    day.decides(e.DeviceRevoked(DEVICE, "lost", "u-admin"), at(13, 30))
    day.decides(e.CorrectionMade("ab" * 32, "elsewhere", "q"), at(14))
    found = facts(gather(day.ledger, day.proofs["failed"]), "en")["incidents"]
    told = [(one["title"], one["text"]) for one in found]
    assert ("Vehicle checked", "tyres worn") in told
    assert ("Pre-cooling checked", "K-1: 12.5 ℃ (2 … 8 ℃)") in told
    assert ("Goods loaded", "typed: TYPED-1") in told
    assert ("Lot recalled", "B240802: particles — maker") in told
    assert ("Handheld revoked", "lost — u-admin") in told
    assert any(title == "Left" and text.startswith("#2010") for title, text in told)


def test_papers_are_those_of_the_day_and_expired_ones_are_marked() -> None:
    day = Day()
    old = papers("driver", DAY.replace(year=2025))
    route = make_route()
    day.route = msgspec.structs.replace(route, driver=msgspec.structs.replace(route.driver, qualifications=old))
    day.journey = msgspec.structs.replace(day.journey, route=day.route)
    day.begin()
    day.third_stop()
    found = facts(gather(day.ledger, day.proofs["failed"]))["papers"]
    assert [paper["expired"] for paper in found] == [False, False, True]


def test_every_record_is_listed_with_its_hash(told: dict[str, Evidence]) -> None:
    evidence = told["refused"]
    found = facts(evidence)["entries"]
    assert [one["sha256"] for one in found] == [entry.sha256 for entry in evidence.entries]
    assert [one["index"] for one in found if one["main"]] == [evidence.concluded.index]
    assert any(one["event"] == "温度读数 LG-C 06:08–09:16" for one in found)


def test_keys_and_root_are_named_once_sealed(told: dict[str, Evidence]) -> None:
    sealed = dict(facts(told["failed"])["keys"])
    assert sealed["服务器公钥指纹"] == "ab" * 32
    assert sealed["检查点根哈希 (63)"] == "cd" * 32
    unsealed = facts(told["failed"], size=None, root="")
    assert not unsealed["proof"]["sealed"]
    assert len(unsealed["keys"]) == 2


def test_readings_that_arrive_after_the_handover_are_judged_beside_what_was_shown() -> None:
    """Shown as unknown, for the logger could not be read; the history came at the depot and was fine."""
    day = Day()
    day.begin()
    visit = day.route.stops[2]
    day.says(e.StopArrived(ROUTE, "T3", e.ArrivedBy.HAND, None, None), at(9, 58))
    day.says(e.GoodsUnloaded(ROUTE, "T3", "L5", 8, "u", e.Entry.SCANNER), at(9, 59))
    cut = Refused(problems.LOGGER_NOT_FOUND, value="LG-A").problem
    day.says(e.DownloadFailed(ROUTE, "LG-A", cut, 0), at(10))
    shown = day.show(visit, at(10, 1))
    person = day.signatory("王", "药师", "1", 5)
    accepted = (e.LineOutcome("L5", e.Outcome.ACCEPTED, 8),)
    proof = day.says(e.HandoverSigned(ROUTE, "T3", accepted, (person,), shown, None, "zh"), at(10, 5))
    day.download(at(11), "LG-A", "LG-B")
    line = facts(gather(day.ledger, proof))["consignments"][0]["lines"][0]
    assert line["conformity"] == words.CONFORMITY[Conformity.UNKNOWN].zh
    assert line["note"] == "按补传读数重新计算: 合格"


def test_a_stop_without_any_reading_says_so() -> None:
    day = Day()
    day.begin()
    day.third_stop()
    found = facts(gather(day.ledger, day.proofs["failed"]))
    assert pairs(found)["在途温度（最低～最高）"] == "—"
    assert found["containers"][0]["chart"] == ""
    assert found["containers"][0]["loggers"][0]["count"] == "0"
    assert found["consignments"][0]["lines"][0]["note"] == "未交接，由服务器计算"


def test_a_day_that_is_not_the_routes_is_written_out() -> None:
    """A correction two days later is not mistaken for one of the same morning."""
    day = Day()
    day.begin()
    day.third_stop()
    day.decides(e.CorrectionMade(day.proofs["failed"], "typo", "q"), at(14).replace(day=24))
    assert facts(gather(day.ledger, day.proofs["failed"]))["entries"][-1]["at"] == "11-24 14:00:00"


def test_what_was_signed_is_shown_also_where_the_table_did_not_allow_it() -> None:
    """Signed without ever arriving: the document shows both the signature and what is wrong with it."""
    day = Day()
    day.begin()
    accepted = (e.LineOutcome("L5", e.Outcome.ACCEPTED, 8),)
    signed = e.HandoverSigned(ROUTE, "T3", accepted, (day.signatory("王", "药师", "1", 5),), "ab" * 32, None, "zh")
    proof = day.ledger.append(day.handheld, signed, at(10))
    found = facts(gather(day.ledger, proof))
    assert found["conclusion"]["outcome"] == "接收"
    assert found["signatories"][0]["name"] == "王"
    assert any(one["title"] == "交接签署" and one["tone"] == "bad" for one in found["incidents"])
