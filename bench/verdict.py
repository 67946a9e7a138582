"""The temperature verdict of a shift, beside one plain pass over the same readings."""

from datetime import timedelta

from bench.harness import Effort, Findings, Measurement, one_by_one, prose
from bench.history import DAY, SIX, logged
from shared.coldchain.profiles import REFRIGERATED
from shared.coldchain.readings import Series
from shared.coldchain.verdict import Attachment, Conformity, Ride, Verdict, judge

LOGGERS, HOURS = 8, 12
CONTAINER = "K-1"


def plain(series: dict[str, Series]) -> tuple[float, float, int]:
    """Lowest, highest, and how many are out of range: all that a program does that only looks at limits."""
    lowest, highest, outside = float("inf"), float("-inf"), 0
    for one in series.values():
        for reading in one.readings:
            value = reading.temperature
            if value is None:
                continue
            lowest, highest = min(lowest, value), max(highest, value)
            if not REFRIGERATED.low <= value <= REFRIGERATED.high:
                outside += 1
    return lowest, highest, outside


def run(findings: Findings, effort: Effort) -> None:
    """Each call by itself, the two in turns."""
    series = logged(LOGGERS, HOURS)
    end = SIX + timedelta(hours=HOURS)
    rides = (Ride(CONTAINER, SIX),)
    valid = DAY + timedelta(days=365)
    attachments = [Attachment(name, CONTAINER, SIX, None, valid) for name in series]

    def verdict(_number: int) -> Verdict:
        return judge(rides, attachments, series, REFRIGERATED, at=end)

    found = verdict(0)
    findings.count("readings judged", found.readings)
    findings.count("conformant", int(found.conformity is Conformity.CONFORMANT))
    one = findings.begin(
        f"verdict of a line, {LOGGERS} loggers over {HOURS} h", "ms", "less", "one pass over the readings", tail=True
    )
    plain(series)
    for number in range(effort.of(300, 5)):
        one.ours += one_by_one(verdict, (number,), unit=1e-3)
        one.peer += one_by_one(lambda _number: plain(series), (number,), unit=1e-3)


MEASUREMENT = Measurement(
    "verdict",
    "Temperature verdict",
    prose("""
    How long `shared.coldchain.verdict.judge` takes for one line that rode a shift of 12 hours in a container with 8
    loggers at one reading a minute (5,768 readings): excursions, gaps, calibration, mean kinetic temperature, and
    the evidence for each. The handheld calls it for each line of a stop before the receiver signs, the server when
    it makes a document.
    """),
    prose("""
    One loop over the same readings that keeps lowest, highest and the number out of range. It knows no gap, no
    excursion and no time; it is the floor for looking at every reading once in Python.
    """),
    run,
)
