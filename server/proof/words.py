"""The words of the proof document, in Chinese and English.

Field names are those of the refrigerated-medicine handover form (GB/T 28842, annex on handover records; GSP appendix on
storage and transport of refrigerated and frozen medicines, receiving records) and of the delivery note (GSP art. 73).
"""

from shared.coldchain.verdict import Conformity
from shared.custody.events import ArrivedBy, Collected, Entry, Failure, Incident, Outcome, Reason
from shared.work import ContainerKind, Name

LABELS: dict[str, Name] = {
    "title": Name("药品运输交接凭证", "Proof of delivery"),
    "subtitle": Name("冷藏药品运输交接单", "Handover record for temperature-controlled medicines"),
    "rehearsal": Name("演练 REHEARSAL", "REHEARSAL 演练"),
    "rehearsal_note": Name(
        "本凭证由演练产生，不是真实交接。", "This document comes from a rehearsal. Nothing in it is a real delivery."
    ),
    "check": Name("扫码核对账本", "Scan to look it up in the ledger"),
    "proof_id": Name("凭证编号", "Proof id"),
    "ledger": Name("账本", "Ledger"),
    "entry": Name("序号", "entry"),
    "sealed": Name("已封存于检查点", "sealed under checkpoint"),
    "unsealed": Name("尚未封存", "not sealed yet"),
    "conclusion": Name("交接结论", "Handover"),
    "temperature_conclusion": Name("温度结论", "Temperature"),
    "times_in": Name("时间均为", "All times are"),
    # 1 transport
    "transport": Name("交接与运输", "Handover and transport"),
    "supplier": Name("供货单位", "Supplier"),
    "receiver": Name("购货（收货）单位", "Receiver"),
    "receiver_address": Name("收货地址", "Delivery address"),
    "site": Name("交接地点", "Place of handover"),
    "carrier": Name("承运单位", "Carrier"),
    "mode": Name("运输方式", "Mode of transport"),
    "mode_road": Name("公路运输，全程温控", "Road, temperature-controlled"),
    "vehicle": Name("运输工具 / 车牌号", "Vehicle / plate"),
    "driver": Name("驾驶员（运输人员）", "Driver"),
    "depot": Name("发运地点", "Dispatched from"),
    "departed": Name("启运时间", "Departed"),
    "departure_temperature": Name("启运温度", "Temperature at departure"),
    "window": Name("到货时限", "Receiving window"),
    "arrived": Name("到货时间", "Arrived"),
    "arrival_temperature": Name("到货温度", "Temperature on arrival"),
    "transit_temperature": Name("在途温度（最低～最高）", "In transit (lowest to highest)"),
    "concluded": Name("交接完成", "Concluded"),
    "distance": Name("行驶里程", "Mileage"),
    "odometer_start": Name("启运表读数", "odometer at departure"),
    # 2 goods
    "goods": Name("药品与逐行结果", "Goods, line by line"),
    "note_number": Name("随货同行单编号", "Delivery note"),
    "order_number": Name("订单编号", "Order"),
    "shipped": Name("发货日期", "Dispatch date"),
    "stamp": Name("药品出库专用章", "Release stamp"),
    "stamp_yes": Name("已盖", "present"),
    "stamp_no": Name("无", "absent"),
    "product": Name("通用名 · 剂型 · 规格 · 生产企业", "Product, form, strength, maker"),
    "maker": Name("生产企业", "Maker"),
    "holder": Name("上市许可持有人", "MA holder"),
    "lot": Name("批号 / 有效期至", "Lot / expiry"),
    "lots": Name("批号", "Lots"),
    "quantity": Name("数量", "Quantity"),
    "range": Name("温控要求", "Range"),
    "temperatures": Name("温度 ℃", "Temperature °C"),
    "short_departure": Name("启运", "departure"),
    "short_transit": Name("在途", "transit"),
    "short_arrival": Name("到货", "arrival"),
    "verdict": Name("温度结论", "Verdict"),
    "outcome": Name("交接结果", "Outcome"),
    "recomputed": Name("按补传读数重新计算", "recomputed with later readings"),
    "not_shown": Name("未交接，由服务器计算", "not handed over; computed by the server"),
    "codes": Name("追溯码", "Trace codes"),
    # 3 cold chain
    "cold_chain": Name("温控设备与温度记录", "Temperature control and record"),
    "logger": Name("温度记录仪", "Logger"),
    "calibrated": Name("校准有效期至", "Calibrated until"),
    "interval": Name("记录间隔", "Interval"),
    "precooling": Name("装车前温度", "Before loading"),
    "readings": Name("读数", "Readings"),
    "lowest": Name("最低", "Lowest"),
    "highest": Name("最高", "Highest"),
    "time_basis": Name("时间来源", "Times by"),
    "basis_logger": Name("记录仪时钟", "logger's clock"),
    "basis_derived": Name("推算", "derived"),
    "skew": Name("时钟差", "skew"),
    "excursions": Name("超温与数据缺口", "Excursions and gaps"),
    "excursion_high": Name("超过上限", "above range"),
    "excursion_low": Name("低于下限", "below range"),
    "gap": Name("无数据", "no data"),
    "none": Name("无", "none"),
    "from": Name("起", "From"),
    "to": Name("止", "To"),
    "lasted": Name("时长", "Lasted"),
    "peak": Name("极值", "Peak"),
    "what": Name("内容", "What"),
    "mkt": Name("平均动力学温度", "MKT"),
    "no_readings": Name("没有该容器的读数", "No reading of this container"),
    "chart_note": Name(
        "绿色带为规定范围；斜线区无读数，不视为合格；虚线为推算时间的读数。曲线保留全部极值，不作平均。",
        "The green band is the required range. Hatched: no readings, which is never taken as in range. Dashed: readings whose"
        " time is derived. Every peak is kept; nothing is averaged.",
    ),
    # 4 signatures
    "signatures": Name("签署", "Signatures"),
    "signed_by": Name("收货人签字", "Receiver's signature"),
    "second_signed_by": Name("复核人签字", "Second signature"),
    "name": Name("姓名", "Name"),
    "role": Name("职务", "Role"),
    "staff_number": Name("工号", "Staff no."),
    "when": Name("时间", "When"),
    "meaning": Name("签字含义", "Meaning"),
    "dispatched_by": Name("发货人 / 装车核对", "Dispatched and loaded by"),
    "transported_by": Name("运输人员", "Transported by"),
    "key": Name("签名密钥", "Signing key"),
    "device": Name("手持终端", "Handheld"),
    "digital": Name(
        "以手持终端私钥对原始记录作 Ed25519 数字签名，链入该终端的事件链。",
        "Ed25519 signature of the handheld over the original record, chained to all its other records.",
    ),
    "meaning_loaded": Name("已按清单逐件核对装车并发运。", "Goods checked against the manifest, loaded, dispatched."),
    "meaning_transported": Name(
        "已将货物运至现场并交由收货人查验。", "Goods brought to the site and shown to the receiver."
    ),
    "meaning_failed": Name(
        "已到达现场，未能交付，货物仍在车上。", "Was at the site; nothing was handed over, the goods stay on board."
    ),
    "nobody_signed": Name("本站未交接，无收货人签字。", "Nothing was handed over here; no receiver signed."),
    "picture_broken": Name("图像已收到，但无法显示", "Picture received, but cannot be displayed"),
    "picture_missing": Name("图像尚未上传", "Picture not received yet"),
    # 5 place
    "place": Name("现场", "On site"),
    "arrival_position": Name("到达定位", "Position on arrival"),
    "signing_position": Name("签署定位", "Position at signing"),
    "concluding_position": Name("离开前定位", "Position at conclusion"),
    "site_position": Name("收货地点", "Site"),
    "from_centre": Name("距收货点", "from the site"),
    "no_position": Name("无定位", "no position"),
    "fence": Name("围栏半径", "geofence"),
    "photos": Name("照片", "Photos"),
    # 6 remarks
    "incidents": Name("异常、更正与备注", "Incidents, corrections and remarks"),
    "no_incidents": Name("无", "None"),
    # 7 papers
    "papers": Name("发车时的资质", "Qualifications at departure"),
    "document": Name("证件", "Document"),
    "number": Name("编号", "Number"),
    "expires": Name("有效期至", "Valid until"),
    "holder_of": Name("主体", "Holder"),
    # 8 evidence
    "evidence": Name("证据清单", "Evidence"),
    "index": Name("序号", "No."),
    "event": Name("事件", "Event"),
    "record": Name("记录哈希（SHA-256）", "Record (SHA-256)"),
    "by": Name("写入者", "Written by"),
    "server": Name("服务器", "server"),
    "root": Name("检查点根哈希", "Checkpoint root"),
    "server_key": Name("服务器公钥指纹", "Server key fingerprint"),
    "device_key": Name("终端公钥指纹", "Handheld key fingerprint"),
    "how_to_check": Name(
        "核验：本 PDF 内嵌 evidence.json（原始签名记录与账本包含证明）和 epcis.jsonld。完整证据包可用 handover verify"
        " 独立核验，也可只用 openssl 与 sha256sum 核验，无需服务器。",
        "To verify: evidence.json (the original signed records and their inclusion proofs) and epcis.jsonld are embedded in"
        " this PDF. The full bundle is checked by handover verify, or by openssl and sha256sum alone, without any server.",
    ),
    "site_zone": Name("交接地点所在时区", "the zone of the place of handover"),
    # chart
    "mark_loaded": Name("装车", "loaded"),
    "mark_departed": Name("启运", "departed"),
    "mark_arrived": Name("到货", "arrived"),
    "mark_shown": Name("出示结论", "shown"),
    "mark_signed": Name("签收", "signed"),
    "mark_failed": Name("未交付", "failed"),
}

CONFORMITY: dict[Conformity, Name] = {
    Conformity.CONFORMANT: Name("合格", "Conformant"),
    Conformity.NON_CONFORMANT: Name("不合格", "Non-conformant"),
    Conformity.UNKNOWN: Name("不能确认", "Unknown"),
}
OUTCOME: dict[Outcome, Name] = {
    Outcome.ACCEPTED: Name("接收", "Accepted"),
    Outcome.PARTLY_ACCEPTED: Name("部分接收", "Partly accepted"),
    Outcome.REFUSED: Name("拒收", "Refused"),
}
NOT_DELIVERED = Name("未交付", "Not delivered")
QUANTITIES: dict[str, Name] = {
    "accepted": Name("接收", "accepted"),
    "refused": Name("拒收", "refused"),
    "short": Name("短少", "short"),
    "over": Name("多出", "over"),
}
REASON: dict[Reason, Name] = {
    Reason.TEMPERATURE: Name("温度不合格", "temperature"),
    Reason.DAMAGED: Name("破损", "damaged"),
    Reason.WRONG_GOODS: Name("货品不符", "wrong goods"),
    Reason.EXPIRED: Name("过期", "expired"),
    Reason.SHORT: Name("短少", "short"),
    Reason.OVER: Name("多出", "over"),
    Reason.DOCUMENTS: Name("单据不符", "documents"),
    Reason.RECALLED: Name("召回", "recalled"),
    Reason.OTHER: Name("其他", "other"),
}
FAILURE: dict[Failure, Name] = {
    Failure.CLOSED: Name("收货处关闭", "closed"),
    Failure.NOBODY: Name("无人收货", "nobody there"),
    Failure.NO_ACCESS: Name("无法进入", "no access"),
    Failure.REFUSED_ALL: Name("整单拒收", "refused altogether"),
    Failure.OTHER: Name("其他", "other"),
}
ARRIVED_BY: dict[ArrivedBy, Name] = {
    ArrivedBy.GEOFENCE: Name("进入电子围栏", "noticed by geofence"),
    ArrivedBy.HAND: Name("驾驶员手动确认", "confirmed by hand"),
}
ENTRY: dict[Entry, Name] = {
    Entry.CAMERA: Name("相机扫码", "camera"),
    Entry.SCANNER: Name("扫码", "scanner"),
    Entry.TYPED: Name("手工录入", "typed"),
}
CONTAINER: dict[ContainerKind, Name] = {
    ContainerKind.COMPARTMENT: Name("温控车厢", "Compartment"),
    ContainerKind.BOX: Name("保温箱", "Cold box"),
    ContainerKind.PALLET: Name("托盘", "Pallet"),
}
INCIDENT: dict[Incident, Name] = {
    Incident.BREAKDOWN: Name("车辆故障", "Breakdown"),
    Incident.ACCIDENT: Name("交通事故", "Accident"),
    Incident.TRAFFIC: Name("交通拥堵", "Traffic"),
    Incident.SPILL: Name("泄漏或破损", "Spill or breakage"),
    Incident.COOLING: Name("制冷故障", "Cooling failed"),
    Incident.OTHER: Name("其他", "Other"),
}
COLLECTED: dict[Collected, Name] = {
    Collected.RETURN: Name("退货", "Return"),
    Collected.RECALL: Name("召回", "Recall"),
    Collected.UNPLANNED: Name("临时提货", "Unplanned pick-up"),
    Collected.EMPTIES: Name("空箱", "Empty boxes"),
}
EVENTS: dict[str, Name] = {
    "DeviceEnrolled": Name("终端登记", "Handheld enrolled"),
    "DeviceRevoked": Name("终端停用", "Handheld revoked"),
    "RoutePublished": Name("线路下发（含随货同行单与资质）", "Route published, with delivery notes and papers"),
    "DepartureOverridden": Name("放行决定", "Departure overridden"),
    "LotRecalled": Name("批号召回", "Lot recalled"),
    "CorrectionMade": Name("更正", "Correction"),
    "ShiftStarted": Name("班次开始", "Shift started"),
    "VehicleChecked": Name("车辆检查", "Vehicle checked"),
    "PrecoolingChecked": Name("预冷检查", "Pre-cooling checked"),
    "LoggerAttached": Name("记录仪绑定", "Logger attached"),
    "LoggerDetached": Name("记录仪解绑", "Logger detached"),
    "GoodsLoaded": Name("装车", "Goods loaded"),
    "ScanRefused": Name("扫码被拒", "Scan refused"),
    "DepartureRefused": Name("不予发车", "Departure refused"),
    "VehicleDeparted": Name("启运", "Vehicle departed"),
    "StopArrived": Name("到达", "Arrived"),
    "GoodsUnloaded": Name("卸货", "Goods unloaded"),
    "ReadingsSealed": Name("温度读数", "Readings sealed"),
    "DownloadFailed": Name("读取中断", "Download cut"),
    "VerdictShown": Name("向收货人出示温度结论", "Verdict shown to the receiver"),
    "PhotoTaken": Name("拍照", "Photo taken"),
    "HandoverSigned": Name("交接签署", "Handover signed"),
    "StopFailed": Name("未能交付", "Stop failed"),
    "StopLeft": Name("离开", "Left"),
    "AlarmRaised": Name("温度报警", "Alarm raised"),
    "AlarmAcknowledged": Name("报警已处理", "Alarm acknowledged"),
    "PositionsSealed": Name("位置记录", "Positions sealed"),
    "ClockJumped": Name("终端时钟跳变", "Clock jumped"),
    "RemarkMade": Name("备注", "Remark"),
    "VehicleReturned": Name("返回车场", "Vehicle returned"),
    "GoodsReturned": Name("货物退回", "Goods returned"),
    "ShiftEnded": Name("班次结束", "Shift ended"),
    "IncidentReported": Name("途中事件", "Incident reported"),
    "RouteRevised": Name("采用新版线路", "Newer route taken on"),
    "GoodsMoved": Name("货物转车", "Goods moved to another vehicle"),
    "GoodsCollected": Name("途中收取货物", "Goods collected"),
    "CollectionHandedIn": Name("收取货物交回", "Collected goods handed in"),
    "RestDue": Name("应休息提醒", "Rest due"),
    "MessageSent": Name("司机消息", "Message from the driver"),
    "MessageRead": Name("消息已读", "Message read"),
    "MessagePosted": Name("调度消息", "Message from dispatch"),
}
