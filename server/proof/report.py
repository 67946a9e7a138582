"""What a verification found, as a value and as lines of text in either language."""

import msgspec

from shared.errors import Language, Problem
from shared.work import Name

CHECKS: dict[str, Name] = {
    "form": Name("压缩包只含规范内容，无隐藏数据", "The zip holds nothing but its files, in the one allowed form"),
    "manifest": Name("清单完整可读", "The manifest can be read"),
    "key": Name("服务器公钥可信", "The server's key is the trusted one"),
    "signature": Name("清单由该公钥签名", "The manifest is signed by that key"),
    "files": Name("每个文件与清单一致，不多不少", "Every file is as listed, none missing, none added"),
    "events": Name("每个事件由登记的设备或服务器签名", "Every event is signed by its enrolled device, or the server"),
    "chain": Name("设备的事件链前后衔接", "The events of each device join into its chain"),
    "ledger": Name("每个事件都在账本检查点之内", "Every event is in the ledger under the checkpoint"),
    "blobs": Name("照片与签名齐全且未被替换", "Photos and signatures are all there and unchanged"),
    "story": Name("凭证、线路、班次与站点相互一致", "Proof, route, shift and stop agree with each other"),
    "journey": Name("每一步在当时都是允许的", "Every step was allowed when it was taken"),
    "outcomes": Name("逐行交接数量合计相符，签收人齐备", "Quantities add up line by line, and signatories are named"),
    "verdicts": Name("温度结论可由原始读数重新得出", "The temperature verdicts follow from the readings"),
}
"""Everything that is checked, in this order."""

_HOLDS = Name("成立", "holds")
_FAILS = Name("不成立", "DOES NOT HOLD")
_SKIPPED = Name("未能检查", "could not be checked")
_NOT_COMPARED = Name("未比对", "not compared")


class Check(msgspec.Struct, frozen=True):
    """One check: its name in :data:`CHECKS`, how many things it looked at, and what was wrong."""

    name: str
    count: int
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


class Report(msgspec.Struct, frozen=True):
    """A verification. A check that could not be made, because an earlier one left nothing to check, is absent."""

    checks: tuple[Check, ...]
    proof: str = ""
    index: int | None = None
    origin: str = ""
    server_key: str = ""
    """Fingerprint of the key the bundle brings."""
    key_compared: bool = False
    """Whether it was compared with a key that the reader trusts."""
    rehearsal: bool = False

    @property
    def ok(self) -> bool:
        """Whether every check was made and holds."""
        return len(self.checks) == len(CHECKS) and all(check.ok for check in self.checks)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that does not hold."""
        return tuple(problem for check in self.checks for problem in check.problems)


def render(report: Report, language: Language) -> str:
    """The report for a person to read, one line a check, what is wrong below it."""
    made = {check.name: check for check in report.checks}
    lines = _head(report, language)
    for name, title in CHECKS.items():
        check = made.get(name)
        if check is None:
            lines.append(f"  [--] {title.text(language)} — {_SKIPPED.text(language)}")
            continue
        word = _HOLDS if check.ok else _FAILS
        if name == "key" and check.ok and not report.key_compared:
            word = _NOT_COMPARED
        mark = "!!" if not check.ok else "--" if word is _NOT_COMPARED else "ok"
        lines.append(f"  [{mark}] {title.text(language)} — {word.text(language)} ({check.count})")
        lines += [f"         {problem.text(language)}" for problem in check.problems]
    lines += _conclusion(report, language)
    return "\n".join(lines) + "\n"


def _head(report: Report, language: Language) -> list[str]:
    if not report.proof:
        return []
    zh = language == "zh"
    lines = [
        f"{'凭证' if zh else 'proof'}   {report.proof}",
        f"{'账本' if zh else 'ledger'}  {report.origin} #{report.index}",
        f"{'公钥' if zh else 'key'}     {report.server_key}",
    ]
    return [*lines, "演练数据，不是真实交接 / REHEARSAL, not a real delivery"] if report.rehearsal else lines


def _conclusion(report: Report, language: Language) -> list[str]:
    zh = language == "zh"
    if not report.ok:
        count = len(report.problems)
        return [f"结论：不成立（{count} 处）" if zh else f"Result: DOES NOT HOLD ({count} found)"]
    lines = ["结论：全部成立" if zh else "Result: everything holds"]
    if not report.key_compared:
        lines.append(
            "提示：未给出可信公钥（--key），请自行核对上面的公钥指纹。"
            if zh
            else "Note: no trusted key was given (--key). Compare the key's fingerprint above yourself."
        )
    return lines
