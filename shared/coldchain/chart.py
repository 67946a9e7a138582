"""Thinning a series for a chart without averaging its peaks away.

Each bucket of time keeps its first, lowest, highest and last sample, so whatever left the range is still on the picture,
however small it is drawn.
"""

from collections.abc import Sequence

from shared.coldchain.excursions import Sample


def keep_peaks(samples: Sequence[Sample], buckets: int) -> list[Sample]:
    """At most ``4 * buckets`` of ``samples`` (oldest first), with every bucket's extremes kept, oldest first.

    Raises:
        ValueError: ``buckets`` is not positive.
    """
    if buckets < 1:
        raise ValueError(f"a chart needs at least one bucket, got {buckets}")
    if len(samples) <= 4 * buckets:
        return list(samples)
    start = samples[0].at
    span = (samples[-1].at - start).total_seconds() or 1.0
    grouped: dict[int, list[Sample]] = {}
    for sample in samples:
        index = min(buckets - 1, int((sample.at - start).total_seconds() / span * buckets))
        grouped.setdefault(index, []).append(sample)
    kept: list[Sample] = []
    for _, group in sorted(grouped.items()):
        chosen = {
            id(s): s
            for s in (group[0], min(group, key=lambda s: s.value), max(group, key=lambda s: s.value), group[-1])
        }
        kept += sorted(chosen.values(), key=lambda s: s.at)
    return kept
