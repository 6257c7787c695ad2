"""What a query may name: the series of all metrics."""

from __future__ import annotations

from pipeline.metrics.catalogue import ALL

COUNTER = "counter"


def series() -> dict[str, tuple[str, frozenset[str]]]:
    """Type and labels by the name that a query uses; histograms have three."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for metric in ALL:
        name, kind, labels = metric.name, metric.kind, metric.label_names
        if kind == "histogram":
            for suffix, more in (("_bucket", {"le"}), ("_count", set()), ("_sum", set())):
                found[name + suffix] = (COUNTER, frozenset(labels) | more)
        else:
            found[name] = (kind, frozenset(labels))
    return found
