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
CODE_CONTENT = kind(1012, 400, "{what}的内容无效：{value}", "{what} holds a value that is not possible: {value}")
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
SCAN_QUANTITY = kind(1109, 400, "数量无效：{value}", "Not a possible quantity: {value}")
SCAN_ONE_BY_ONE = kind(
    1110, 409, "{value} 须逐盒扫描，不能输入数量", "{value} is scanned pack by pack; a quantity cannot be typed"
)
SCAN_LATER_TRIP = kind(
    1111, 409, "{value} 属于第 {trip} 趟，本趟不装", "{value} goes on trip {trip}, and is not loaded for this one"
)

SCANNER_BROADCAST = kind(
    1201,
    400,
    "扫描头广播无效，未采用：{value}（{reason}）",
    "A scanner's broadcast is not as its maker sends it, and was not used: {value} ({reason})",
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
EVENT_SERVER_ONLY = kind(2008, 403, "该事件只能由服务器写入：{value}", "Only the server may write this event: {value}")
SEGMENT_MALFORMED = kind(
    2009, 400, "采样数据段无效：{value}（{reason}）", "Not a valid segment of samples: {value} ({reason})"
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
STOP_LATER_TRIP = kind(
    2018,
    409,
    "{value} 在第 {trip} 趟，须先回库装货发车",
    "{value} is on trip {trip}: load for it at the depot and depart first",
)
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

# 204x what an event claims, held against its journey
CLAIM_ROUTE = kind(
    2040, 409, "事件属于线路 {value}，而不是 {expected}", "The event belongs to route {value}, not to {expected}"
)
CLAIM_FOREIGN = kind(2041, 409, "{what} {value} 不属于{where}", "The {what} {value} does not belong to {where}")
CLAIM_QUANTITY = kind(
    2042,
    409,
    "{line} 的数量（{what}）不成立：{value}，最多 {limit}",
    "{line}: the quantity ({what}) is not possible: {value}, at most {limit}",
)
LOGGER_BUSY = kind(
    2043, 409, "记录仪 {value} 已在容器 {container} 中", "Logger {value} already speaks for container {container}"
)
LOGGER_ELSEWHERE = kind(
    2044, 409, "记录仪 {value} 不在容器 {container} 中", "Logger {value} does not speak for container {container}"
)
PRECOOLING_FALSE = kind(
    2045,
    409,
    "{container} 的预冷结论与温度不符：{value} °C，应为 {expected} °C",
    "{container} is called pre-cooled at {value} °C, should be {expected} °C",
)
LINES_DIFFER = kind(
    2046,
    409,
    "{what}与本站明细不符：{value}，应为 {expected}",
    "The {what} are not those of this stop's lines: {value}, should be {expected}",
)
VERDICT_NOT_SHOWN = kind(
    2047,
    409,
    "签名所依据的温度结论不是最后出示的：{value}，应为 {expected}",
    "The signature does not stand under the verdict that was shown last: {value}, should be {expected}",
)
STOP_WITHDRAWN = kind(
    2048,
    409,
    "站点已由调度撤销：{value}；已发生的事实照样有效，请人工处理",
    "Dispatch withdrew the stop {value}; what happened there stands, and a person has to look at it",
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
LOGGER_FAHRENHEIT = kind(
    3008,
    409,
    "记录仪 {value} 设为华氏度，请先改为摄氏度",
    "Logger {value} is set to Fahrenheit; set it to Celsius first",
)
RANGE_INVALID = kind(3010, 400, "温度范围无效：{value}", "Not a valid temperature range: {value}")
LOGGER_KEY_MISSING = kind(
    3011,
    409,
    "记录仪 {value} 的广播已加密，本机没有密钥",
    "The advertisements of logger {value} are encrypted, and this handheld has no key for it",
)
LOGGER_KEY_WRONG = kind(
    3012,
    409,
    "记录仪 {value} 的密钥不正确，无法解密",
    "The key held for logger {value} is not its key: its advertisement cannot be decrypted",
)
LOGGER_REPLAYED = kind(
    3013,
    409,
    "记录仪 {value} 的广播是旧数据的重放（计数 {count}，已收到 {last}）",
    "An old advertisement of logger {value} was played back (counter {count}, already heard {last})",
)
LOGGER_TIMES_UNKNOWN = kind(
    3015,
    409,
    "请在 {seconds} 秒后再读一次记录仪 {value}：届时才能确定各条记录的时间",
    "Read logger {value} again in {seconds} s: only then can it be said when its records were made",
)
LOGGER_NO_HISTORY = kind(
    3014, 409, "{value} 的历史数据不能在这里下载", "The stored history of a {value} logger cannot be downloaded here"
)

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
LOGIN_NEEDED = kind(5009, 401, "请先登录：{value}", "Sign in first: {value}")
METHOD_NOT_ALLOWED = kind(5010, 405, "该地址不接受 {method}：{value}", "{method} is not possible here: {value}")
REQUEST_TOO_LARGE = kind(5011, 413, "发送的内容过大：{value}", "What was sent is too large: {value}")
REQUEST_MALFORMED = kind(
    5012, 400, "请求无法理解：{value}（{reason}）", "The request makes no sense: {value} ({reason})"
)
SERVER_FAILED = kind(
    5013,
    500,
    "服务器出错，已记录；没有任何更改被保存：{value}",
    "The server failed and has noted it; nothing was changed: {value}",
)
PASSWORD_ONE_TIME = kind(5014, 403, "请先更改一次性密码：{value}", "Change the one-time password first: {value}")
LAST_ADMINISTRATOR = kind(
    5015, 409, "{value} 是最后一名管理员，不能停用或改变角色", "{value} is the last administrator and has to stay one"
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
    "第 {row} 行与第 {first} 行矛盾：{column} 为 {value}",
    "Row {row} contradicts row {first}: {column} is {value}",
)
IMPORT_EMPTY = kind(5106, 400, "文件中没有数据行：{value}", "The file holds no rows: {value}")
IMPORT_COLUMN_TWICE = kind(
    5107, 400, "第 {row} 行标题中“{column}”列出现两次", "The heading in row {row} names the column {column} twice"
)
ORDER_TAKEN = kind(
    5201,
    409,
    "随货同行单 {value} 已在其他线路上或已取消",
    "The delivery note {value} is on another route, or was cancelled",
)
IMPORT_REPEATED = kind(5108, 409, "第 {row} 行与第 {first} 行重复：{value}", "Row {row} repeats row {first}: {value}")

# 6xxx planning -----------------------------------------------------------------------------------------------------------
PROBLEM_FILE = kind(
    6001, 400, "问题文件无法读取：{value}（{reason}）", "The problem file cannot be read: {value} ({reason})"
)
PROBLEM_INVALID = kind(6002, 400, "问题定义有误：{value}（{reason}）", "The problem makes no sense: {value} ({reason})")
PLAN_REFUSED = kind(
    6003, 409, "方案未通过独立检查：{value}（{rule}）", "The checker refused the plan: {value} ({rule})"
)
PLAN_NOTHING = kind(6004, 409, "没有可排的内容：{value}", "There is nothing to plan: {value}")
PACKING_NONE = kind(
    6005,
    409,
    "{what} 上没有保持 {expected} 的容器：{value}",
    "{what} has no container that keeps {expected}: {value}",
)
PACKING_FULL = kind(
    6006,
    409,
    "{what} 上保持 {expected} 的容器已装不下：{value}",
    "The containers of {what} that keep {expected} have no room left for {value}",
)
SITE_CLOSED = kind(
    6007,
    409,
    "{site} 在要求的时间不收货：{value}（收货时间 {expected}）",
    "{site} does not receive when {value} is wanted (hours: {expected})",
)
# 61xx what makes no sense in a problem; {where} is the path of the value inside it, such as orders[A1].site
PLAN_FAULT_DUPLICATE = kind(6101, 400, "{where} 编号重复：{value}", "{where}: the name is used twice: {value}")
PLAN_FAULT_UNKNOWN = kind(6102, 400, "{where} 指向不存在的内容：{value}", "{where} names what does not exist: {value}")
PLAN_FAULT_NUMBER = kind(
    6103, 400, "{where} 的数值不在允许范围：{value}（{limit}）", "{where} is out of bounds: {value} ({limit})"
)
PLAN_FAULT_WINDOW = kind(
    6104, 400, "{where} 的时间窗结束早于开始：{value}", "{where}: the window ends before it starts: {value}"
)
PLAN_FAULT_WINDOWS = kind(
    6105, 400, "{where} 的时间窗重叠或顺序颠倒：{value}", "{where}: windows overlap or are out of order: {value}"
)
PLAN_FAULT_MATRIX = kind(
    6106,
    400,
    "{where} 的行列数不符：{value}，应为 {expected}",
    "{where} has the wrong size: {value}, expected {expected}",
)
PLAN_FAULT_POSITION = kind(
    6107, 400, "{where} 既无坐标也无里程矩阵：{value}", "{where} has neither a position nor a row in a matrix: {value}"
)
PLAN_FAULT_DEPOT_HOURS = kind(
    6108, 400, "{where} 作为车场只能有一个时间窗：{value}", "{where}: a depot has one window at most, this has {value}"
)
PLAN_FAULT_LOCK = kind(6109, 400, "{where} 的锁定无法成立：{value}", "{where}: this lock cannot hold: {value}")
PLAN_FAULT_NAMELESS = kind(6110, 400, "{where} 没有编号：{value}", "{where} has no name: {value}")
PLAN_FAULT_ORIGIN = kind(
    6111,
    400,
    "{where} 不是有效的时刻或时区：{value}",
    "{where} is not an instant with a time zone, or not a zone: {value}",
)
PLAN_FAULT_PAIR = kind(
    6112,
    400,
    "{where} 与 {field} 矛盾：{value}",
    "{where} contradicts {field}: {value}",
)

# 62xx what the independent checker found; {where} is vehicle, stop number and site
PLAN_RULE_VEHICLE = kind(6201, 409, "{where}：没有这辆车：{value}", "{where}: there is no such vehicle: {value}")
PLAN_RULE_VEHICLE_TWICE = kind(
    6202, 409, "{where}：车辆被派了两次：{value}", "{where}: the vehicle is sent out twice: {value}"
)
PLAN_RULE_DRIVER = kind(
    6203, 409, "{where}：没有这名司机，或未派司机：{value}", "{where}: there is no such driver, or none: {value}"
)
PLAN_RULE_DRIVER_TWICE = kind(
    6204, 409, "{where}：司机被派了两次：{value}", "{where}: the driver is sent out twice: {value}"
)
PLAN_RULE_QUALIFICATION = kind(
    6205, 409, "{where}：司机 {value} 没有所需资格：{expected}", "{where}: driver {value} does not hold {expected}"
)
PLAN_RULE_SHIFT = kind(
    6206,
    409,
    "{where}：超出班次或车场时间：{value}，应在 {expected} 内",
    "{where}: outside the shift: {value}, not in {expected}",
)
PLAN_RULE_ORDER = kind(6207, 409, "{where}：没有这张订单：{value}", "{where}: there is no such order: {value}")
PLAN_RULE_ORDER_TWICE = kind(
    6208, 409, "{where}：订单出现多次：{value}", "{where}: the order stands in the plan more than once: {value}"
)
PLAN_RULE_ORDER_MISSING = kind(
    6209, 409, "{where}：订单既未安排也未说明：{value}", "{where}: the order is neither served nor listed: {value}"
)
PLAN_RULE_REASON = kind(
    6210, 409, "{where}：未安排的订单没有原因：{value}", "{where}: an unserved order carries no reason: {value}"
)
PLAN_RULE_EMPTY = kind(6211, 409, "{where}：空的线路或站点：{value}", "{where}: an empty route or stop: {value}")
PLAN_RULE_SITE = kind(
    6212, 409, "{where}：订单 {value} 应送 {expected}", "{where}: order {value} belongs to {expected}"
)
PLAN_RULE_DEPOT = kind(
    6213, 409, "{where}：车场不符：{value}，应为 {expected}", "{where}: wrong depot: {value}, expected {expected}"
)
PLAN_RULE_ROAD = kind(6214, 409, "{where}：无路可通：{value}", "{where}: no road leads there: {value}")
PLAN_RULE_LEG = kind(
    6215,
    409,
    "{where}：路段与矩阵不符：{value}，应为 {expected}",
    "{where}: the leg differs from the matrix: {value}, not {expected}",
)
PLAN_RULE_ARRIVAL = kind(
    6216, 409, "{where}：到达时刻不符：{value}，应为 {expected}", "{where}: arrival at {value}, should be {expected}"
)
PLAN_RULE_EARLY = kind(
    6217,
    409,
    "{where}：服务开始于 {value}，最早 {expected}",
    "{where}: service starts at {value}, {expected} at the earliest",
)
PLAN_RULE_WINDOW = kind(
    6218,
    409,
    "{where}：不在收货时间内：{value}（{expected}）",
    "{where}: outside the receiving hours: {value} ({expected})",
)
PLAN_RULE_DUE = kind(
    6219,
    409,
    "{where}：订单 {order} 晚于期限：{value}，期限 {expected}",
    "{where}: order {order} is late: {value}, due {expected}",
)
PLAN_RULE_SERVICE = kind(
    6220, 409, "{where}：离开时刻不符：{value}，应为 {expected}", "{where}: departure at {value}, should be {expected}"
)
PLAN_RULE_RELEASE = kind(
    6221,
    409,
    "{where}：订单 {order} 尚未备好：{value} 装车，{expected} 才可装",
    "{where}: order {order} is loaded at {value}, ready at {expected}",
)
PLAN_RULE_LOADING = kind(
    6222,
    409,
    "{where}：发车时刻不符：{value}，应为 {expected}",
    "{where}: leaves the depot at {value}, should be {expected}",
)
PLAN_RULE_END = kind(
    6223, 409, "{where}：回场时刻不符：{value}，应为 {expected}", "{where}: returns at {value}, should be {expected}"
)
PLAN_RULE_DURATION = kind(
    6224,
    409,
    "{where}：出车时间过长：{value}，上限 {expected}",
    "{where}: out for too long: {value}, at most {expected}",
)
PLAN_RULE_DISTANCE = kind(
    6225, 409, "{where}：里程过长：{value}，上限 {expected}", "{where}: too far: {value}, at most {expected}"
)
PLAN_RULE_CAPACITY = kind(
    6226,
    409,
    "{where}：超载（{what}）：{value}，上限 {expected}",
    "{where}: overloaded in {what}: {value}, at most {expected}",
)
PLAN_RULE_ZONE = kind(
    6227,
    409,
    "{where}：车上没有 {expected} 温区，订单 {value}",
    "{where}: no compartment for {expected}, order {value}",
)
PLAN_RULE_ACCESS = kind(
    6228,
    409,
    "{where}：该站不接待此类车辆：{value}，只接待 {expected}",
    "{where}: the site does not admit {value}, only {expected}",
)
PLAN_RULE_HOLD = kind(
    6229,
    409,
    "{where}：订单 {order} 超过保温时长：{value}，上限 {expected}",
    "{where}: order {order} is boxed for {value}, holds {expected}",
)
PLAN_RULE_REST = kind(
    6230,
    409,
    "{where}：连续驾驶 {value}，上限 {expected}",
    "{where}: {value} of driving without a rest, at most {expected}",
)
PLAN_RULE_REST_TIME = kind(
    6231, 409, "{where}：休息安排不成立：{value}（{expected}）", "{where}: the rest does not hold: {value} ({expected})"
)
PLAN_RULE_LOCK = kind(
    6232, 409, "{where}：违反锁定：{value}，应为 {expected}", "{where}: breaks a lock: {value}, expected {expected}"
)
PLAN_RULE_TOTAL = kind(
    6233,
    409,
    "{where}：{what}不符：{value}，应为 {expected}",
    "{where}: the {what} differs: {value}, should be {expected}",
)
PLAN_RULE_SLACK = kind(
    6234, 409, "{where}：余量不符：{value}，应为 {expected}", "{where}: the slack is {value}, should be {expected}"
)
PLAN_RULE_COST = kind(
    6235,
    409,
    "{where}：费用（{what}）不符：{value}，应为 {expected}",
    "{where}: the {what} cost is {value}, should be {expected}",
)
PLAN_RULE_ROADS = kind(
    6236,
    409,
    "{where}：道路来源不符：{value}，应为 {expected}",
    "{where}: the plan names the roads {value}, they are {expected}",
)
PLAN_RULE_FEASIBLE = kind(
    6237,
    409,
    "{where}：可行性声明不符：{value}，应为 {expected}",
    "{where}: the plan says feasible={value}, it is {expected}",
)
PLAN_RULE_ALONE = kind(
    6238,
    409,
    "{where}：专车只能装同一组货物：{value}",
    "{where}: a dedicated vehicle carries one group of orders only, this one: {value}",
)
PLAN_RULE_RELOAD = kind(
    6239,
    409,
    "{where}：回场再装不成立：{value}，应为 {expected}",
    "{where}: coming back to load again does not hold: {value}, expected {expected}",
)
PLAN_RULE_MEAL = kind(
    6240,
    409,
    "{where}：司机没有用餐时间：{value}（{expected}）",
    "{where}: the driver has no time for a meal: {value} ({expected})",
)
PLAN_RULE_PAIR = kind(
    6241,
    409,
    "{where}：转运货物没有先取后送：{value}（{expected}）",
    "{where}: a transfer is not fetched first and handed over after on one trip: {value} ({expected})",
)
PLAN_RULE_TRIP = kind(
    6242,
    409,
    "{where}：一趟时间过长：{value}，上限 {expected}",
    "{where}: a trip takes too long: {value}, at most {expected}",
)

# 63xx why an order is not served
PLAN_UNSERVED_ZONE = kind(
    6301, 409, "没有带 {zone} 温区且可用的车：{value}", "No vehicle has a {zone} compartment: {value}"
)
PLAN_UNSERVED_SIZE = kind(
    6302,
    409,
    "超过任何可用车辆的容量（{what}）：{value}，最大 {limit}",
    "Larger than any vehicle that may carry it, in {what}: {value}, at most {limit}",
)
PLAN_UNSERVED_ACCESS = kind(
    6303,
    409,
    "该站只接待 {kinds} 类车辆，可用车辆中没有：{value}",
    "The site admits only {kinds}, and no such vehicle may carry it: {value}",
)
PLAN_UNSERVED_DEPOT = kind(
    6304, 409, "没有可用车辆从 {depot} 出发：{value}", "No vehicle that may carry it leaves from {depot}: {value}"
)
PLAN_UNSERVED_DRIVER = kind(6305, 409, "没有司机具备所需资格 {what}：{value}", "No driver holds {what}: {value}")
PLAN_UNSERVED_ROAD = kind(6306, 409, "没有道路通往 {site}：{value}", "No road leads to {site}: {value}")
PLAN_UNSERVED_WINDOW = kind(
    6307,
    409,
    "没有带 {zone} 温区的车能在 {limit} 前到达（最早 {earliest}）：{value}",
    "No vehicle with a {zone} compartment can arrive before {limit} (the earliest is {earliest}): {value}",
)
PLAN_UNSERVED_HOLD = kind(
    6308,
    409,
    "保温箱时长 {limit} 不够送达（至少需 {needed}）：{value}",
    "The box holds for {limit}, the way takes at least {needed}: {value}",
)
PLAN_UNSERVED_SHIFT = kind(
    6309,
    409,
    "没有可用车辆能在班次、时长或里程限制内往返：{value}",
    "No vehicle that may carry it can be back within its shift, hours and distance: {value}",
)
PLAN_UNSERVED_FLEET = kind(
    6310,
    409,
    "可用车辆已被优先级不低于它的订单占满：{value}",
    "Every vehicle that may carry it is taken up by orders that do not rank below it: {value}",
)
PLAN_UNSERVED_WORTH = kind(
    6311,
    409,
    "配送需多花 {cost}，高于不送的代价 {penalty}：{value}",
    "Serving it costs {cost} more, leaving it costs {penalty}: {value}",
)
PLAN_UNSERVED_STOPPED = kind(
    6312,
    409,
    "计算时间已到，未能再为它找位置：{value}",
    "Time was up before a place for it was looked for: {value}",
)
PLAN_UNSERVED_ALONE = kind(
    6313,
    409,
    "没有车可专门运送 {group}：{value}",
    "No vehicle is left that could carry {group} and nothing else: {value}",
)
PLAN_UNSERVED_CLOSED = kind(6391, 409, "收货点 {site} 已关闭：{value}", "The site {site} is closed: {value}")
PLAN_UNSERVED_STRANDED = kind(
    6392,
    409,
    "在发生故障的车上，无其他车辆接运：{value}（{vehicle}）",
    "In a vehicle that broke down, and on no other yet: {value} ({vehicle})",
)
PLAN_UNSERVED_HAND = kind(6390, 409, "由调度员取下：{value}", "Taken off by the dispatcher: {value}")

# 64xx roads: where distances and durations come from
ROADS_SILENT = kind(
    6401, 503, "路网服务没有应答：{value}（{reason}）", "The road router does not answer: {value} ({reason})"
)
ROADS_ANSWER = kind(
    6402,
    502,
    "路网服务的应答无法使用：{value}（{reason}）",
    "The road router's answer cannot be used: {value} ({reason})",
)
ROADS_CHANGED = kind(
    6403,
    409,
    "测量途中路网数据换了版本：{value}，原为 {expected}；未混用",
    "The roads changed while they were measured: {value}, not {expected}; the two were not mixed",
)
ROADS_STOPPED = kind(
    6404, 409, "测量路网时被中止：已完成 {value}", "Stopped while the roads were measured: {value} done"
)
ROADS_FAR = kind(
    6405,
    409,
    "{site} 距车辆可走的道路过远：{value}，上限 {expected}（{profile}）",
    "{site} is too far from any road the vehicle may take: {value}, at most {expected} ({profile})",
)
ROADS_CUT_OFF = kind(
    6406, 409, "没有道路把 {site} 与其他站点相连（{value}）", "No road connects {site} with any other site ({value})"
)
ROADS_ESTIMATED = kind(
    6407,
    409,
    "未使用真实道路，里程与时间按直线估算：{value}（{reason}）",
    "No real roads: distances and times are estimated from straight lines: {value} ({reason})",
)
ROADS_SETTING = kind(
    6408, 400, "路网设置无效：{field}={value}（{reason}）", "A road setting is no good: {field}={value} ({reason})"
)
ROADS_MACHINE = kind(
    6409, 409, "没有适用于本机的路网程序：{value}", "There is no road router for this kind of machine: {value}"
)
ROADS_FETCH = kind(
    6410, 409, "路网程序未能取得：{value}（{reason}）", "The road router could not be fetched: {value} ({reason})"
)
ROADS_BUILD = kind(
    6411, 409, "无法由该文件生成路网：{value}（{reason}）", "No roads can be built from {value} ({reason})"
)
ROADS_START = kind(
    6412, 409, "路网服务未能启动：{value}（{reason}）", "The road router did not start: {value} ({reason})"
)

# 65xx publishing
ROUTE_BEYOND_HANDHELD = kind(
    6551,
    409,
    "手持机还不能处理这条线路：{value}（{what}）",
    "The handhelds cannot work such a route yet: {value} ({what})",
)
ROUTE_UNPERMITTED = kind(
    6552,
    409,
    "驾驶员 {value} 当日没有有效的麻精药品配送资格：{notes}",
    "The driver {value} has no permit for controlled drugs that is valid on the day: {notes}",
)

# 66xx the planning desk: what a hand-made route breaks, and by how much (6601–6619); what the desk refuses (from 6620)
DESK_WINDOW = kind(
    6601,
    409,
    "{value} 到，收货时间至 {expected}，晚 {over}",
    "{value} is after {expected}, when receiving ends, by {over}",
)
DESK_DUE = kind(
    6602,
    409,
    "{order} 的期限为 {expected}，{value} 才到，晚 {over}",
    "{order} is due at {expected}, and comes at {value}: late by {over}",
)
DESK_HOLD = kind(
    6603,
    409,
    "{order} 在箱 {value}，保温时长 {expected}，超出 {over}",
    "{order} is boxed for {value}, the box holds {expected}: over by {over}",
)
DESK_ZONE = kind(
    6604, 409, "车上没有 {expected} 温区：{value}", "The vehicle has no compartment for {expected}: {value}"
)
DESK_LOAD = kind(
    6605,
    409,
    "超载（{what}）：{value}，最多 {expected}，超出 {over}",
    "Overloaded in {what}: {value}, at most {expected}, over by {over}",
)
DESK_RETURN = kind(
    6606, 409, "{value} 才回场，应在 {expected} 前，晚 {over}", "Back at {value}, not by {expected}: late by {over}"
)
DESK_LEAVE = kind(
    6607,
    409,
    "{value} 才出发，车场 {expected} 关门，晚 {over}",
    "Leaves at {value}, the depot closes at {expected}: late by {over}",
)
DESK_ACCESS = kind(6608, 409, "收货点只接待 {expected}，不接待 {value}", "The site admits {expected}, and not {value}")
DESK_PAPERS = kind(6609, 409, "驾驶员 {value} 不具备 {expected}", "The driver {value} does not hold {expected}")
DESK_DRIVERLESS = kind(6610, 409, "没有驾驶员：{value}", "Nobody drives {value}")
DESK_DRIVER_TWICE = kind(
    6611, 409, "驾驶员 {value} 已在另一辆车上：{expected}", "The driver {value} drives {expected} too"
)
DESK_ROAD = kind(6612, 409, "没有道路通往 {value}", "No road leads to {value}")
DESK_DURATION = kind(
    6613,
    409,
    "出车 {value}，最长 {expected}，超出 {over}",
    "Out for {value}, at most {expected}: over by {over}",
)
DESK_DISTANCE = kind(
    6614, 409, "里程 {value}，最多 {expected}，超出 {over}", "{value} of way, at most {expected}: over by {over}"
)
DESK_DEPOT = kind(6615, 409, "{value} 的货在 {expected}，不在本车车场", "{value} lies at {expected}, another depot")
DESK_RELEASE = kind(
    6616,
    409,
    "{order} 要到 {expected} 才备好，{value} 已开始装车",
    "{order} is ready at {expected}, loading begins at {value}",
)
DESK_TRIP = kind(
    6617,
    409,
    "一趟时间 {value}，超出上限 {expected}（多 {over}）",
    "A trip takes {value}, {over} more than the {expected} it may",
)
DESK_MEAL = kind(
    6618,
    409,
    "驾驶员 {value} 在 {expected} 之间没有 {length} 的用餐时间",
    "The driver {value} has no {length} for the meal, which begins within {expected}",
)
DESK_ALONE = kind(
    6619,
    409,
    "{order} 须专车配送，不能与 {value} 同车",
    "{order} rides in a dedicated vehicle, and not with {value}",
)
DESK_HAND = kind(
    6620, 400, "手工排线无法成立：{value}（{reason}）", "This is no arrangement of the day: {value} ({reason})"
)
DESK_SUPERSEDED = kind(6621, 409, "方案已被更新的方案取代：{value}", "The plan was replaced by a newer one: {value}")
DESK_MOVED = kind(
    6622,
    409,
    "{value} 已在别处改动此草稿，请重新载入",
    "Meanwhile {value} changed this draft elsewhere: load the page again",
)
DESK_SEARCH_LOST = kind(
    6623, 409, "计算中断，没有结果：{value}", "The search was cut off, and came to nothing: {value}"
)
DESK_SEARCH_OVER = kind(6624, 409, "计算已结束：{value}", "The search is over already: {value}")
DESK_LEFT_BEHIND = kind(
    6625,
    409,
    "方案中已没有这条已下发的线路，须先处理：{value}",
    "The plan has no stops left for this published route: {value}",
)
DESK_BEGUN = kind(
    6626,
    409,
    "{value} 已在途，{expected} 已送达或正在前往，不能改动",
    "{value} is on the road: {expected} was visited or is being driven to, and stays",
)
DESK_BEYOND = kind(
    6627,
    409,
    "调度台还不能手工改动这样的方案：{what} {value}",
    "Such a plan cannot be changed by hand yet: {what} {value}",
)
DESK_TRIPS = kind(
    6628,
    409,
    "一天 {value} 趟，最多 {expected} 趟",
    "{value} trips a day, at most {expected}",
)

# an urgent order into a day that runs (6640–6659)
URGENT_GONE = kind(
    6640,
    409,
    "{order} 要到 {expected} 才备好，车已于 {value} 出发",
    "It left at {value}; {order} is ready at {expected}",
)
URGENT_SIZE = kind(6641, 409, "单独装也装不下（{what}）：{value}", "Too large for it even alone ({what}): {value}")
URGENT_ALONE = kind(
    6642, 409, "车上有不能与之同车的货物：{value}", "It carries goods that must not ride together with {value}"
)
URGENT_DRAFT = kind(
    6643,
    409,
    "排线台上还有未保存为方案的改动，请先保存或恢复：{value}",
    "Moves on the desk are not kept as a plan yet: keep or discard them first ({value})",
)
URGENT_BREAKS = kind(
    6644,
    409,
    "中途回场再装且不能满足约束的安排无法采用：{value}",
    "A return to load again that breaks something cannot be taken: {value}",
)
URGENT_STALE = kind(6645, 409, "情况已变，请重新选择：{value}", "The day has moved on: choose again ({value})")
URGENT_TROUBLE = kind(
    6647,
    409,
    "先处理停运或停收，重新排线后再插单：{value}",
    "Plan the day again first, without what is out of service or closed: {value}",
)
URGENT_NO_PLAN = kind(6646, 404, "{value} 还没有方案", "There is no plan of {value} yet")

TROUBLE_TWICE = kind(6660, 409, "{value} 已经停运", "{value} is out of service already")
TROUBLE_TIME = kind(
    6661, 400, "时间 {value} 不在当日 {expected} 之间", "{value} is not a moment of this day, {expected}"
)
TROUBLE_PLACE = kind(
    6662,
    400,
    "{vehicle} 的位置未知，请填写“纬度, 经度”：{value}",
    "Where {vehicle} stands is not known; say it as latitude, longitude: {value}",
)
TROUBLE_NOTHING = kind(6663, 409, "{value} 已没有待送的货", "Nothing is to be delivered to {value} any more")
TROUBLE_OVER = kind(
    6664, 409, "方案已按此调整，不能撤回：{value}", "A plan was made with it, it cannot be withdrawn: {value}"
)
DESK_OVERTAKEN = kind(
    6665,
    409,
    "情况已有变化，建议不再成立，请重新计算：{value}",
    "The day has gone on, this does not hold any more; plan again: {value}",
)

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
SIGNATURE_VOID = kind(
    7009, 409, "签名后内容有改动，须重新签名：{value}", "Something changed after the signature; sign again: {value}"
)
SECOND_SIGNATORY = kind(7010, 409, "须双人验收并签字：{value}", "Two people must check and sign: {value}")
GOODS_ON_BOARD = kind(
    7011, 409, "车上仍有未交回的货物：{value}", "Goods that were not handed back are on board: {value}"
)
SYNC_AHEAD = kind(
    7012,
    409,
    "服务器上有本机日志中没有的事件：服务器应收第 {value} 条，本机下一条为第 {expected} 条",
    "The server has events of this handheld that its journal lacks: it expects {value}, the next here is {expected}",
)
SYNC_REWOUND = kind(
    7013,
    409,
    "服务器缺少已签收的事件：要求第 {value} 条，已签收至第 {expected} 条",
    "The server lacks events it gave a receipt for: it expects {value}, receipts reach {expected}",
)
ROUTE_CONFLICT = kind(
    7014,
    409,
    "新的线路与已发生的事件矛盾，未采用：{value}（{reason}）",
    "The new route contradicts what has happened and was not taken on: {value} ({reason})",
)
DECISION_NEEDED = kind(
    7015,
    409,
    "温度结论不是合格，须由收货人逐行决定：{value}",
    "The temperature verdict is not conformant; the receiver decides on each: {value}",
)
PERMISSION_MISSING = kind(
    7030,
    403,
    "缺少系统权限：{value}（可在系统设置中开启）",
    "A permission is missing: {value} (it can be given in the settings)",
)
NO_APP = kind(7031, 503, "本机没有能打开它的应用：{value}", "No app on this handheld opens it: {value}")
POSITION_MOCKED = kind(
    7032,
    409,
    "定位由模拟位置应用给出，未采用：{value}",
    "The position comes from a mock location app and was not used: {value}",
)
JOURNAL_IN_USE = kind(
    7033,
    409,
    "本机日志正被另一进程使用，请稍后再试：{value}",
    "Another process is writing the journal; try again in a moment: {value}",
)
SERVICE_REFUSED = kind(
    7034,
    503,
    "系统不允许启动后台服务，请保持应用打开：{value}",
    "Android does not let the background service start; keep the app open: {value}",
)
BLOB_UNCONFIRMED = kind(
    7016, 409, "服务器尚未确认，不能清除：{value}", "The server has not confirmed it yet, so it stays: {value}"
)
FONT_MISSING = kind(7020, 500, "系统中没有中文字体：{value}", "No font with Chinese was found: {value}")

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
BUNDLE_SIGNATURE = kind(
    8014, 400, "证据包清单的签名不成立：公钥 {value}", "The manifest's signature does not hold: key {value}"
)
BUNDLE_KEY = kind(
    8015,
    400,
    "证据包的签发者不可信：公钥 {value}，应为 {expected}",
    "The bundle is signed by another key: {value}, expected {expected}",
)
BUNDLE_KEY_UNREADABLE = kind(
    8016, 400, "公钥无法读取：{value}（{reason}）", "The public key cannot be read: {value} ({reason})"
)
ENTRY_MALFORMED = kind(
    8017, 400, "账本第 {value} 条无法解析（{reason}）", "Entry {value} of the ledger cannot be parsed ({reason})"
)
ENTRY_SIGNATURE = kind(
    8018,
    400,
    "账本第 {value} 条的签名不成立（设备 {device}）",
    "The signature of entry {value} does not hold (device {device})",
)
ENTRY_KEY = kind(
    8019,
    400,
    "账本第 {value} 条所用密钥未登记给设备 {device}",
    "Entry {value} is signed by a key that was not enrolled for device {device}",
)
ENTRY_CHAIN = kind(
    8020,
    400,
    "账本第 {value} 条与该设备的其他事件不衔接（{reason}）",
    "Entry {value} does not join the other events of its device ({reason})",
)
ENTRY_ILLEGAL = kind(
    8021,
    400,
    "账本第 {value} 条在当时不允许：{event}（{state}）",
    "Entry {value} was not possible then: {event} ({state})",
)
OUTCOME_DIFFERS = kind(
    8022,
    400,
    "{line} 的交接结果不成立：{value}（{reason}）",
    "The outcome of {line} does not hold: {value} ({reason})",
)
ROW_UNREADABLE = kind(
    8024, 500, "数据库中的一行无法读取：{value}（{table}）", "A row of the database cannot be read: {value} ({table})"
)
DOCUMENT_FONT = kind(
    8023,
    500,
    "缺少生成单据所需的字体：{value}（请安装 fonts-noto-cjk）",
    "A font the documents need is missing: {value} (install fonts-noto-cjk)",
)
