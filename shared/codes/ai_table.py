"""The application identifiers of GS1, one row each.

Source: GS1 General Specifications, section 3, in the reading of the GS1 Barcode Syntax Dictionary; a test holds every row
against that dictionary. All AIs are here, not only those of medicines: an AI that is not known cannot be told from the one
before it, so a pack that also carries one of another trade would be unreadable.
"""

from collections.abc import Iterator

from shared.codes import content
from shared.codes.ai_definition import BASE64_URL, CODE_39, TEXT, Ai, Component
from shared.codes.checkdigit import DIGITS
from shared.codes.content import Check

TRADE_ITEM = "01 02 03 8006 8026"
"""What names a trade item, alone or as content: required by lots, dates and variants."""
PRODUCT = "01 02 03"
PATIENT_OR_STAFF = "8017 8018"


def _n(length: int, *checks: Check) -> Component:
    return Component(DIGITS, length, length, checks)


def _n_to(high: int, *checks: Check) -> Component:
    return Component(DIGITS, 1, high, checks)


def _x(length: int, *checks: Check) -> Component:
    return Component(TEXT, length, length, checks)


def _x_to(high: int, *checks: Check) -> Component:
    return Component(TEXT, 1, high, checks)


def _maybe(component: Component) -> Component:
    return Component(component.charset, component.low, component.high, component.checks, optional=True)


def _row(
    code: str,
    name: str,
    *components: Component,
    flags: str = "?",
    req: str = "",
    ex: str = "",
    key: str | None = None,
) -> Ai:
    """``flags``: ``*`` predefined length, ``?`` Digital Link attribute. ``req``: alternatives apart, ``+`` joins one.
    ``key``: sequences of qualifiers, ``|`` between them."""
    return Ai(
        code=code,
        name=name,
        components=components,
        predefined="*" in flags,
        attribute="?" in flags,
        requires=tuple(tuple(group.split("+")) for group in req.split()),
        excludes=tuple(ex.split()),
        key=None if key is None else tuple(tuple(sequence.split()) for sequence in key.split("|")),
    )


_GTIN = _n(14, content.check_digit, content.company_prefix_second)
_GLN = _n(13, content.check_digit, content.company_prefix)
_PIECE = _n(4, content.piece_of_total)
_DATE = _n(6, content.exact_date)
_MONTH = _n(6, content.date_or_month)
_TIME = _n(4, content.hour_minute)
_NAME = _x_to(35, content.percent_encoded)
_ADDRESS = _x_to(70, content.percent_encoded)
_BELOW_ZERO = _maybe(_x(1, content.hyphen))
_COUNTRY = _n(3)


def _identification() -> Iterator[Ai]:
    """Keys of logistic units and trade items, and what qualifies them."""
    yield _row("00", "SSCC", _n(18, content.check_digit, content.company_prefix_second), flags="*?", key="")
    yield _row("01", "GTIN", _GTIN, flags="*?", ex="255 37", key="22 10 21|235")
    yield _row("02", "CONTENT", _GTIN, flags="*?", req="37", ex="01 03")
    yield _row("03", "MTO GTIN", _GTIN, flags="*", ex="01 02 37 235")
    yield _row("10", "BATCH/LOT", _x_to(20), req=TRADE_ITEM)
    yield _row("11", "PROD DATE", _MONTH, flags="*?", req=TRADE_ITEM)
    yield _row("12", "DUE DATE", _MONTH, flags="*?", req="8020")
    yield _row("13", "PACK DATE", _MONTH, flags="*?", req=TRADE_ITEM)
    yield _row("15", "BEST BEFORE", _MONTH, flags="*?", req=TRADE_ITEM)
    yield _row("16", "SELL BY", _MONTH, flags="*?", req=TRADE_ITEM)
    yield _row("17", "EXPIRY", _MONTH, flags="*?", req=TRADE_ITEM + " 255")
    yield _row("20", "VARIANT", _n(2), flags="*?", req=TRADE_ITEM)
    yield _row("21", "SERIAL", _x_to(20), flags="", req="01 03 8006", ex="235")
    yield _row("22", "CPV", _x_to(20), flags="", req="01")
    yield _row("235", "TPX", _x_to(28), flags="", req="01")
    yield _row("240", "ADDITIONAL ID", _x_to(30), req=TRADE_ITEM)
    yield _row("241", "CUST. PART No.", _x_to(30), req=TRADE_ITEM)
    yield _row("242", "MTO VARIANT", _n_to(6), req="01 02 8006 8026")
    yield _row("243", "PCN", _x_to(20), req="01 03")
    yield _row("250", "SECONDARY SERIAL", _x_to(30), req="01+21 03+21 8006+21")
    yield _row("251", "REF. TO SOURCE", _x_to(30), req="01 03 8006")
    yield _row("253", "GDTI", _GLN, _maybe(_x_to(17)), key="")
    yield _row("254", "GLN EXTENSION", _x_to(20), flags="", req="414")
    yield _row("255", "GCN", _GLN, _maybe(_n_to(12)), ex="01 02 415 8006 8020 8026", key="")
    yield _row("30", "VAR. COUNT", _n_to(8), req="01 02")
    yield _row("37", "COUNT", _n_to(8), req="00+02 00+8026")


_OF_TRADE_ITEM = (
    "310 311 312 313 314 315 316 320 321 322 323 324 325 326 327 328 329 350 351 352 356 357 360 361 364 365 366"
)
_OF_LOGISTIC_UNIT = (
    "330 331 332 333 334 335 336 340 341 342 343 344 345 346 347 348 349 353 354 355 362 363 367 368 369"
)


def _measures() -> Iterator[Ai]:
    """Weights and sizes: six digits, the last digit of the AI says how many are decimals (0 to 5)."""
    families = {
        **dict.fromkeys(_OF_TRADE_ITEM.split(), "01 02"),
        **dict.fromkeys(_OF_LOGISTIC_UNIT.split(), "00 01"),
        "337": "01",
    }
    for family, req in families.items():
        for decimals in range(6):
            yield _row(f"{family}{decimals}", "MEASURE", _n(6), flags="*?", req=req, ex=f"{family}n")


def _money() -> Iterator[Ai]:
    """Amounts and prices; the last digit of the AI says how many digits are decimals."""
    measured = "31nn 32nn 35nn 36nn"
    per_item = "01+30 01+31nn 01+32nn 01+35nn 01+36nn"
    for n in range(10):
        yield _row(f"390{n}", "AMOUNT", _n_to(15), req="255 8020", ex="390n 391n 394n 8111")
        yield _row(f"391{n}", "AMOUNT", _n(3), _n_to(15), req="8020", ex="391n")
        yield _row(f"392{n}", "PRICE", _n_to(15), req=per_item, ex="392n 393n")
        yield _row(f"393{n}", "PRICE", _n(3), _n_to(15), req="30 " + measured, ex="393n")
    for n in range(4):
        yield _row(f"394{n}", "PRCNT OFF", _n(4), req="255", ex="394n 8111")
    for n in range(6):
        yield _row(f"395{n}", "PRICE/UoM", _n(6), req="30 " + measured, ex="392n 393n 395n 8005")


def _transport() -> Iterator[Ai]:
    """Orders, shipments, places and what the carrier is asked to do."""
    yield _row("400", "ORDER NUMBER", _x_to(30))
    yield _row("401", "GINC", _x_to(30, content.company_prefix), key="")
    yield _row("402", "GSIN", _n(17, content.check_digit, content.company_prefix), key="")
    yield _row("403", "ROUTE", _x_to(30), req="00")
    yield _row("410", "SHIP TO LOC", _GLN, flags="*?")
    yield _row("411", "BILL TO", _GLN, flags="*?")
    yield _row("412", "PURCHASE FROM", _GLN, flags="*?")
    yield _row("413", "SHIP FOR LOC", _GLN, flags="*?")
    yield _row("414", "LOC No.", _GLN, flags="*?", key="254|7040")
    yield _row("415", "PAY TO", _GLN, flags="*?", req="8020", key="8020")
    yield _row("416", "PROD/SERV LOC", _GLN, flags="*?")
    yield _row("417", "PARTY", _GLN, flags="*?", key="7040")
    yield _row("420", "SHIP TO POST", _x_to(20), ex="421")
    yield _row("421", "SHIP TO POST", _COUNTRY, _x_to(9), ex="4307")
    yield _row("422", "ORIGIN", _COUNTRY, req=TRADE_ITEM, ex="426")
    for code, name in (("423", "INITIAL PROCESS"), ("425", "DISASSEMBLY")):
        yield _row(code, name, _COUNTRY, *[_maybe(_COUNTRY)] * 4, req=PRODUCT, ex="426")
    yield _row("424", "PROCESS", _COUNTRY, req=PRODUCT, ex="426")
    yield _row("426", "FULL PROCESS", _COUNTRY, req=PRODUCT)
    yield _row("427", "ORIGIN SUBDIVISION", _x_to(3), req="01+422 02+422 03+422")
    for base, whom in (("430", "SHIP TO"), ("431", "RTN TO")):
        yield _row(f"{base}0", f"{whom} COMP", _NAME, req="00")
        yield _row(f"{base}1", f"{whom} NAME", _NAME, req="00")
        yield _row(f"{base}2", f"{whom} ADD1", _ADDRESS, req="00")
        yield _row(f"{base}3", f"{whom} ADD2", _ADDRESS, req=f"{base}2")
        yield _row(f"{base}4", f"{whom} SUB", _ADDRESS, req="00")
        yield _row(f"{base}5", f"{whom} LOC", _ADDRESS, req="00")
        yield _row(f"{base}6", f"{whom} REG", _ADDRESS, req="00")
        yield _row(f"{base}7", f"{whom} COUNTRY", _x(2), req="00")
    yield _row("4308", "SHIP TO PHONE", _x_to(30), req="00")
    yield _row("4309", "SHIP TO GEO", _n(10, content.latitude), _n(10, content.longitude), req="00")
    yield _row("4318", "RTN TO POST", _x_to(20), req="00")
    yield _row("4319", "RTN TO PHONE", _x_to(30), req="00")
    yield _row("4320", "SRV DESCRIPTION", _NAME, req="00")
    yield _row("4321", "DANGEROUS GOODS", _n(1, content.yes_no), req="00")
    yield _row("4322", "AUTH TO LEAVE", _n(1, content.yes_no), req="00")
    yield _row("4323", "SIG REQUIRED", _n(1, content.yes_no), req="00")
    yield _row("4324", "NOT BEF DEL DT", _MONTH, _TIME, req="00")
    yield _row("4325", "NOT AFT DEL DT", _MONTH, _TIME, req="00")
    yield _row("4326", "REL DATE", _DATE, req="00")
    yield _row("4330", "MAX TEMP F", _n(6), _BELOW_ZERO, req="00", ex="4331")
    yield _row("4331", "MAX TEMP C", _n(6), _BELOW_ZERO, req="00", ex="4330")
    yield _row("4332", "MIN TEMP F", _n(6), _BELOW_ZERO, req="00", ex="4333")
    yield _row("4333", "MIN TEMP C", _n(6), _BELOW_ZERO, req="00", ex="4332")


def _trade_item_details() -> Iterator[Ai]:
    """What else may be said of a trade item: catch, harvest, processing, national reimbursement numbers, certificates."""
    yield _row("7001", "NSN", _n(13), req="01 02 8006 8026")
    yield _row("7002", "MEAT CUT", _x_to(30), req="01 02")
    yield _row("7003", "EXPIRY TIME", _DATE, _TIME, req=PRODUCT)
    yield _row("7004", "ACTIVE POTENCY", _n_to(4), req="01+10 03+10")
    yield _row("7005", "CATCH AREA", _x_to(12), req="01 02")
    yield _row("7006", "FIRST FREEZE DATE", _DATE, req="01 02")
    yield _row("7007", "HARVEST DATE", _DATE, _maybe(_DATE), req="01 02")
    yield _row("7008", "AQUATIC SPECIES", _x_to(3), req="01 02")
    yield _row("7009", "FISHING GEAR TYPE", _x_to(10), req="01 02")
    yield _row("7010", "PROD METHOD", _x_to(2), req=PRODUCT)
    yield _row("7011", "TEST BY DATE", _DATE, _maybe(_TIME), req=PRODUCT)
    yield _row("7020", "REFURB LOT", _x_to(20), req="01+416 03+416 8006+416")
    yield _row("7021", "FUNC STAT", _x_to(20), req="01 03 8006")
    yield _row("7022", "REV STAT", _x_to(20), req="01+7021 03+7021 8006+7021")
    yield _row("7023", "GIAI - ASSEMBLY", _x_to(30, content.company_prefix))
    for n in range(10):
        yield _row(f"703{n}", f"PROCESSOR # {n}", _COUNTRY, _x_to(27), req="01 02")
    importer = (_n(1), _x(1), _x(1), _x(1, content.importer_index))
    yield _row("7040", "UIC+EXT", *importer, flags="")
    yield _row("7041", "UFRGT UNIT TYPE", _x_to(4), flags="", req="00")
    for n, name in enumerate(["PZN", "CIP", "CN", "DRN", "AIM", "NDC", "AIC", "SRN"]):
        yield _row(f"71{n}", f"NHRN {name}", _x_to(20), req="01")
    for n in range(10):
        yield _row(f"723{n}", f"CERT # {n + 1}", _x(2), _x_to(28), req="01 8004")
    yield _row("7240", "PROTOCOL", _x_to(20), req="01 8006", ex="03")


def _people() -> Iterator[Ai]:
    """Clinical identification of patients and staff."""
    either, patient = PATIENT_OR_STAFF, "8018"
    yield _row("7241", "AIDC MEDIA TYPE", _n(2, content.media_type), req=either)
    yield _row("7242", "VCN", _x_to(25), req=either)
    yield _row("7250", "DOB", _n(8, content.long_date), req=patient, ex="7251")
    yield _row("7251", "DOB TIME", _n(8, content.long_date), _TIME, req=patient, ex="7250")
    yield _row("7252", "BIO SEX", _n(1, content.sex), req=patient)
    yield _row("7253", "FAMILY NAME", _x_to(40, content.percent_encoded), req=either, ex="7256 7259")
    yield _row("7254", "GIVEN NAME", _x_to(40, content.percent_encoded), req=either, ex="7256 7259")
    yield _row("7255", "SUFFIX", _x_to(10), req=either, ex="7256 7259")
    yield _row("7256", "FULL NAME", _x_to(90, content.percent_encoded), req=either)
    yield _row("7257", "PERSON ADDR", _x_to(70, content.percent_encoded), req=patient)
    yield _row("7258", "BIRTH SEQUENCE", _x(3, content.sequence), req="8018+7259")
    yield _row("7259", "BABY", _x_to(40, content.percent_encoded), req=patient, ex="7256")
    yield _row("8017", "GSRN - PROVIDER", _n(18, content.check_digit, content.company_prefix), ex="8018", key="8019")
    yield _row("8018", "GSRN - RECIPIENT", _n(18, content.check_digit, content.company_prefix), ex="8017", key="8019")
    yield _row("8019", "SRIN", _n_to(10), flags="", req=either)


def _assets_and_others() -> Iterator[Ai]:
    """Assets, pieces, components, models, payments, signatures, telephones, and what companies agree among themselves."""
    size = (_n(4, content.not_zero), _n(5, content.not_zero), _n(3, content.not_zero), _n(1, content.winding), _n(1))
    model = (content.check_pair, content.company_prefix)
    yield _row("8001", "DIMENSIONS", *size, req="01")
    yield _row("8002", "CMT No.", _x_to(20))
    yield _row("8003", "GRAI", _n(1, content.zero), _GLN, _maybe(_x_to(16)), key="")
    yield _row("8004", "GIAI", _x_to(30, content.company_prefix), key="7040")
    yield _row("8005", "PRICE PER UNIT", _n(6), req="01 02")
    yield _row("8006", "ITIP", _GTIN, _PIECE, ex="01 03 37", key="22 10 21")
    yield _row("8007", "IBAN", _x_to(34), req="415")
    clock = (_n(2, content.hour), _maybe(_n(2, content.minute)), _maybe(_n(2, content.minute)))
    yield _row("8008", "PROD TIME", _DATE, *clock, req=PRODUCT)
    yield _row("8009", "OPTSEN", _x_to(50), req="00 01 03")
    yield _row("8010", "CPID", Component(CODE_39, 1, 30, (content.company_prefix,)), key="8011")
    yield _row("8011", "CPID SERIAL", _n_to(12, content.no_leading_zero), flags="", req="8010")
    yield _row("8012", "VERSION", _x_to(20), req="01 03 8006")
    yield _row("8013", "GMN", _x_to(25, *model), key="")
    yield _row("8014", "MUDI", _x_to(25, *model, content.has_non_digit), flags="", req="01")
    yield _row("8020", "REF No.", _x_to(25), flags="", req="415")
    yield _row("8026", "ITIP CONTENT", _GTIN, _PIECE, req="37", ex="02 03 8006")
    signed = "00 01+21 03+21 253 255 8003 8004 8006+21 8010+8011 8017 8018"
    yield _row("8030", "DIGSIG", Component(BASE64_URL, 1, 90), req=signed)
    yield _row("8040", "IMEI", _n(15), flags="", req="01+21")
    yield _row("8041", "IMEI2", _n(15), flags="", req="01+21+8040")
    yield _row("8042", "ESIM", _n(32), flags="", req="01+21+8040")
    yield _row("8043", "PSIM", _n(18), _maybe(_n_to(2)), flags="", req="01+21+8040")
    yield _row("8110", "COUPON", _x_to(70))
    yield _row("8111", "POINTS", _n(4), req="255")
    yield _row("8112", "COUPON", _x_to(70))
    yield _row("8200", "PRODUCT URL", _x_to(70), flags="", req="01")
    yield _row("90", "INTERNAL", _x_to(30))
    for n in range(91, 100):
        yield _row(str(n), "INTERNAL", _x_to(90))


TABLE: dict[str, Ai] = {
    row.code: row
    for group in (
        _identification,
        _measures,
        _money,
        _transport,
        _trade_item_details,
        _people,
        _assets_and_others,
    )
    for row in group()
}
"""Every AI by its digits."""
