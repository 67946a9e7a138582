"""The numbered problem catalogue, in Chinese and English. See :mod:`shared.errors` for what the numbers mean."""

from shared.errors import kind

# 1xxx codes ----------------------------------------------------------------------------------------------------------
CODE_EMPTY = kind(1001, 400, "没有读到条码内容：{value}", "The code is empty: {value}")
CODE_UNREADABLE = kind(1002, 400, "条码无法识别：{value}（{reason}）", "The code cannot be read: {value} ({reason})")
CODE_CHECK_DIGIT = kind(
    1003,
    400,
    "校验位错误：{value}，应为 {expected}，实为 {actual}",
    "Wrong check digit in {value}: expected {expected}, got {actual}",
)
CODE_LENGTH = kind(
    1004,
    400,
    "{what}长度错误：{value}，应为 {expected} 位",
    "{what} has the wrong length: {value}, expected {expected}",
)
CODE_CHARACTERS = kind(
    1005, 400, "{what}含有不允许的字符：{value}", "{what} contains characters that are not allowed: {value}"
)
CODE_UNKNOWN_AI = kind(1006, 400, "未知的应用标识符 {ai}：{value}", "Unknown application identifier {ai} in {value}")
CODE_DATE = kind(1007, 400, "条码中的日期无效：{value}", "The code holds a date that does not exist: {value}")
CODE_AMBIGUOUS = kind(
    1008,
    400,
    "条码有多种解释，不能猜测：{value}（{readings}）",
    "The code can be read in more than one way and is not guessed: {value} ({readings})",
)
CODE_AI_COMBINATION = kind(
    1009,
    400,
    "应用标识符组合不允许：{value}（{reason}）",
    "Application identifiers do not go together: {value} ({reason})",
)
CODE_DIGITAL_LINK = kind(
    1010, 400, "GS1 数字链接无效：{value}（{reason}）", "Not a GS1 Digital Link: {value} ({reason})"
)
CODE_NO_PICTURE = kind(1011, 400, "图片中没有找到条码：{value}", "No code was found in the picture: {value}")
SCAN_NOT_ON_MANIFEST = kind(1101, 409, "{value} 不在本次清单上", "{value} is not on this manifest")
SCAN_WRONG_LOT = kind(
    1102, 409, "批号不符：扫到 {value}，清单为 {expected}", "Wrong lot: scanned {value}, the manifest says {expected}"
)
SCAN_EXPIRED = kind(1103, 409, "药品已过有效期：{value}（{expiry}）", "Expired: {value} ({expiry})")
SCAN_ALREADY = kind(1104, 409, "该码已经扫过：{value}", "Already scanned: {value}")
SCAN_TOO_MANY = kind(
    1105, 409, "数量超出清单：{value}，清单为 {expected}", "Too many: {value}, the manifest says {expected}"
)
SCAN_WRONG_STOP = kind(1106, 409, "{value} 属于另一站：{site}", "{value} belongs to another stop: {site}")
SCAN_RECALLED = kind(1107, 409, "该批号已被召回：{value}", "This lot has been recalled: {value}")
SCAN_NO_LOT = kind(
    1108, 409, "条码中没有批号，无法核对：{value}", "The code carries no lot and cannot be checked: {value}"
)

# 2xxx custody: events, journey, envelope, chain ------------------------------------------------------------------------
ENVELOPE_MALFORMED = kind(
    2001, 400, "信封无法解析：{value}（{reason}）", "The envelope cannot be parsed: {value} ({reason})"
)
ENVELOPE_KEY = kind(
    2002, 403, "签名所用密钥未登记：{value}", "The envelope is signed by a key that is not enrolled: {value}"
)
ENVELOPE_SIGNATURE = kind(2003, 400, "签名不成立：{value}", "The signature does not hold: {value}")
CHAIN_BROKEN = kind(
    2004,
    409,
    "事件链断开：设备 {device} 第 {seq} 条的前一哈希为 {value}，应为 {expected}",
    "Broken chain: event {seq} of {device} names {value} as its predecessor, expected {expected}",
)
CHAIN_GAP = kind(
    2005,
    409,
    "事件缺失：设备 {device} 应为第 {expected} 条，收到第 {value} 条",
    "Missing events: {device} should send {expected}, sent {value}",
)
CHAIN_CONFLICT = kind(
    2006,
    409,
    "同一序号有两个不同内容：设备 {device} 第 {seq} 条，{value} 与 {expected}",
    "Two different events under one number: {device} {seq}, {value} and {expected}",
)
DEVICE_MISMATCH = kind(
    2007, 403, "事件来自 {value}，而发送者为 {device}", "The event is by {value}, but was sent by {device}"
)
JOURNEY_ILLEGAL = kind(
    2010,
    409,
    "当前状态（{state}）不允许该操作：{value}",
    "Not possible in the state {state}: {value}",
)
GATE_EXPIRED = kind(
    2011,
    409,
    "{what} {value} 的{document}已于 {expiry} 过期，不得发车",
    "{what} {value}: {document} expired on {expiry}; departure is refused",
)
GATE_MISSING = kind(
    2012, 409, "{what} {value} 缺少{document}，不得发车", "{what} {value} has no {document}; departure is refused"
)
GATE_PROBES = kind(
    2013,
    409,
    "{value} 的测点数为 {actual}，至少应为 {expected}",
    "{value} carries {actual} probes, at least {expected} are required",
)
GATE_NOT_PRECOOLED = kind(
    2014,
    409,
    "{value} 未预冷至规定温度：{actual} °C，应为 {expected} °C",
    "{value} is not pre-cooled: {actual} °C, should be {expected} °C",
)
GATE_NOT_LOADED = kind(
    2015, 409, "尚未装车核对完：{value}（{actual}/{expected}）", "Not fully loaded: {value} ({actual} of {expected})"
)
GATE_VEHICLE_UNCHECKED = kind(2016, 409, "车辆尚未检查：{value}", "The vehicle has not been checked: {value}")
GATE_CHECK_FAILED = kind(2017, 409, "车辆检查不合格：{value}", "The vehicle check failed: {value}")
SIGNATURE_EMPTY = kind(2020, 400, "签名为空或太短：{value}", "The signature is empty or too short: {value}")
SIGNATURE_REUSED = kind(
    2021, 409, "该签名已用于另一次交接：{value}", "This signature was already used for another handover: {value}"
)
RECEIVER_UNNAMED = kind(2022, 400, "缺少收货人{value}", "The receiver's {value} is missing")
OUTCOME_QUANTITY = kind(
    2023,
    400,
    "{line} 的数量不符：{value}，应合计 {expected}",
    "The quantities of {line} do not add up: {value}, expected {expected}",
)
OUTCOME_REASON = kind(2024, 400, "{value} 拒收或短少时必须说明原因", "{value}: a refusal or a shortage needs a reason")
CLOCK_JUMPED = kind(
    2030, 409, "设备时钟跳变 {value} 秒（{before} → {after}）", "The clock jumped by {value} s ({before} to {after})"
)

# 3xxx cold chain and loggers -------------------------------------------------------------------------------------------
FRAME_MALFORMED = kind(
    3001, 400, "温度记录仪数据无法解析：{value}（{reason}）", "The logger's data cannot be parsed: {value} ({reason})"
)
FRAME_UNKNOWN = kind(3002, 400, "未知的记录仪数据格式：{value}", "Unknown logger data format: {value}")
LOGGER_NOT_FOUND = kind(3003, 404, "搜不到温度记录仪 {value}", "The logger {value} was not found")
LOGGER_DROPPED = kind(
    3004,
    503,
    "下载记录仪 {value} 时连接中断，已保存 {count} 条，可继续",
    "The connection to logger {value} dropped during the download; {count} readings are kept and it can go on",
)
LOGGER_REFUSED = kind(3005, 409, "记录仪 {value} 拒绝了请求：{reason}", "Logger {value} refused: {reason}")
LOGGER_CALIBRATION = kind(
    3006, 409, "记录仪 {value} 的校准已于 {expiry} 过期", "The calibration of logger {value} expired on {expiry}"
)
BLUETOOTH_OFF = kind(3007, 503, "蓝牙不可用：{value}", "Bluetooth is not available: {value}")
RANGE_INVALID = kind(3010, 400, "温度范围无效：{value}", "Not a valid temperature range: {value}")

# 4xxx sync ---------------------------------------------------------------------------------------------------------------
SYNC_UNREACHABLE = kind(4001, 503, "无法连接服务器：{value}", "The server cannot be reached: {value}")
SYNC_NOT_OURS = kind(
    4002,
    502,
    "收到的回答不是本系统的签收回执（可能是登录门户）：{value}",
    "The answer is not a receipt of this system (perhaps a captive portal): {value}",
)
SYNC_RECEIPT_FORGED = kind(4003, 502, "回执签名不成立：{value}", "The receipt's signature does not hold: {value}")
SYNC_UNAUTHORISED = kind(4004, 401, "设备未获授权：{value}", "The device is not authorised: {value}")
SYNC_MALFORMED = kind(4005, 400, "同步消息无法解析：{value}", "The sync message cannot be parsed: {value}")
SYNC_STALE = kind(
    4006, 401, "请求时间与服务器相差过大：{value} 秒", "The request's time is too far from the server's: {value} s"
)
SYNC_REPLAYED = kind(4007, 401, "请求已使用过：{value}", "The request was used before: {value}")
BLOB_HASH = kind(
    4010, 409, "文件哈希不符：声明 {expected}，实为 {value}", "The blob's hash differs: declared {expected}, is {value}"
)
BLOB_OFFSET = kind(
    4011, 409, "续传位置不符：从 {value}，应从 {expected}", "The upload must go on at {expected}, not at {value}"
)
BLOB_TOO_LARGE = kind(
    4012, 413, "文件过大：{value} 字节，上限 {limit}", "The blob is too large: {value} bytes, limit {limit}"
)
BLOB_UNKNOWN = kind(4013, 404, "没有该文件：{value}", "No such blob: {value}")
ENROLMENT_CODE = kind(
    4020, 403, "登记码无效、已使用或已过期：{value}", "The enrolment code is wrong, used or expired: {value}"
)
ENROLMENT_KEY = kind(4021, 400, "公钥无效：{value}", "Not a valid public key: {value}")
BATCH_TOO_LARGE = kind(
    4022, 413, "一次发送过多：{value}，上限 {limit}", "Too much in one batch: {value}, limit {limit}"
)

# 5xxx people, fleet, orders ----------------------------------------------------------------------------------------------
LOGIN_FAILED = kind(5001, 401, "用户名或密码错误：{value}", "Wrong user name or password: {value}")
FORBIDDEN = kind(5002, 403, "{value} 无权执行此操作", "{value} may not do this")
NOT_FOUND = kind(5003, 404, "没有找到{what}：{value}", "No such {what}: {value}")
PASSWORD_WEAK = kind(
    5004,
    400,
    "密码至少 {limit} 个字符，现为 {value} 个",
    "A password has at least {limit} characters, this has {value}",
)
DUPLICATE = kind(5005, 409, "{what}已存在：{value}", "The {what} exists already: {value}")
LOGIN_THROTTLED = kind(
    5006,
    429,
    "{value} 登录失败次数过多，请 {seconds} 秒后再试",
    "Too many failed logins of {value}; try again in {seconds} s",
)
FIELD_INVALID = kind(5007, 400, "{field} 的值无效：{value}（{reason}）", "{field} is not valid: {value} ({reason})")
CSRF_FAILED = kind(
    5008, 400, "页面已过期，请刷新后重试（{value}）", "The page has expired; reload it and try again ({value})"
)
IMPORT_NO_HEADER = kind(5101, 400, "文件缺少列：{value}", "The file lacks the columns: {value}")
IMPORT_CELL = kind(
    5102,
    400,
    "第 {row} 行“{column}”列的值无效：{value}（{reason}）",
    "Row {row}, column {column}: {value} is not valid ({reason})",
)
IMPORT_DUPLICATE = kind(
    5103,
    409,
    "第 {row} 行与已有内容重复：{value}",
    "Row {row} repeats what exists already: {value}",
)
IMPORT_UNREADABLE = kind(5104, 400, "文件无法读取：{value}（{reason}）", "The file cannot be read: {value} ({reason})")
IMPORT_CONFLICT = kind(
    5105,
    400,
    "第 {row} 行与同一单据的第 {first} 行矛盾：{column} 为 {value}",
    "Row {row} contradicts row {first} of the same delivery note: {column} is {value}",
)
IMPORT_EMPTY = kind(5106, 400, "文件中没有数据行：{value}", "The file holds no rows: {value}")

# 6xxx planning -----------------------------------------------------------------------------------------------------------
PROBLEM_FILE = kind(
    6001, 400, "问题文件无法读取：{value}（{reason}）", "The problem file cannot be read: {value} ({reason})"
)
PROBLEM_INVALID = kind(6002, 400, "问题定义有误：{value}（{reason}）", "The problem makes no sense: {value} ({reason})")
PLAN_REFUSED = kind(
    6003, 409, "方案未通过独立检查：{value}（{rule}）", "The checker refused the plan: {value} ({rule})"
)
PLAN_NOTHING = kind(6004, 409, "没有可排的内容：{value}", "There is nothing to plan: {value}")

# 7xxx the handheld -------------------------------------------------------------------------------------------------------
DISK_FULL = kind(
    7001, 507, "存储空间不足：剩余 {value}，至少需要 {limit}", "Storage is full: {value} left, {limit} needed"
)
NOT_ENROLLED = kind(7002, 401, "本机尚未登记：{value}", "This handheld is not enrolled: {value}")
PIN_WRONG = kind(7003, 401, "{value} 的 PIN 错误", "Wrong PIN for {value}")
NO_POSITION = kind(7004, 503, "没有定位：{value}", "No position: {value}")
NO_CAMERA = kind(7005, 503, "相机不可用：{value}", "The camera is not available: {value}")
NO_ROUTE = kind(7006, 404, "今天没有派给 {value} 的线路", "No route today for {value}")
KEYSTORE = kind(7007, 500, "密钥库不可用：{value}", "The keystore is not available: {value}")
JOURNAL_DAMAGED = kind(
    7008, 500, "本机日志损坏：第 {value} 条（{reason}）", "The journal is damaged at event {value} ({reason})"
)

# 8xxx proof and verification ---------------------------------------------------------------------------------------------
BUNDLE_UNREADABLE = kind(
    8001, 400, "证据包无法读取：{value}（{reason}）", "The bundle cannot be read: {value} ({reason})"
)
BUNDLE_FILE_MISSING = kind(8002, 400, "证据包缺少文件：{value}", "The bundle lacks a file: {value}")
BUNDLE_FILE_EXTRA = kind(8003, 400, "证据包中有未列出的文件：{value}", "The bundle holds a file nobody listed: {value}")
BUNDLE_FILE_HASH = kind(8004, 400, "文件内容与清单不符：{value}", "A file's content differs from the manifest: {value}")
CHECKPOINT_INVALID = kind(
    8005, 400, "检查点无效：{value}（{reason}）", "The checkpoint does not hold: {value} ({reason})"
)
INCLUSION_INVALID = kind(
    8006,
    400,
    "包含证明不成立：第 {value} 条（{reason}）",
    "The inclusion proof of entry {value} does not hold ({reason})",
)
BLOB_MISSING = kind(8007, 404, "证据文件缺失：{value}", "A blob is missing: {value}")
VERDICT_DIFFERS = kind(
    8008,
    400,
    "温度结论与记录不符：{line} 声明 {value}，重新计算为 {expected}",
    "The verdict does not follow from the readings: {line} says {value}, recomputed {expected}",
)
PROOF_INCOMPLETE = kind(8009, 409, "证据尚不完整：{value}", "The proof is not complete yet: {value}")
LEDGER_DIFFERS = kind(8010, 500, "账本与其哈希不符：第 {value} 条", "The ledger differs from its hash at entry {value}")
ROOT_DIFFERS = kind(8011, 500, "账本根哈希不符：大小 {value}", "The ledger's root differs at size {value}")
PROJECTION_DIFFERS = kind(
    8012, 500, "投影与账本不符：{value}（{table}）", "A projection differs from the ledger: {value} ({table})"
)
EVIDENCE_DIFFERS = kind(
    8013, 400, "证据之间不一致：{value}（{reason}）", "The evidence contradicts itself: {value} ({reason})"
)
