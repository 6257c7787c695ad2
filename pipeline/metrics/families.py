"""Numbers as families of prometheus-client."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client.core import Metric as Family

    from pipeline.metrics.metric import Metric

Labels = TypeVar("Labels", bound=tuple[str, ...])


def family(metric: Metric, rows: Mapping[Labels, float]) -> Family:
    """Return a counter or gauge with its values by label values."""
    make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    found = make(metric.name, metric.help, labels=metric.label_names)
    for labels, value in rows.items():
        found.add_metric(labels, value)
    return found


def single(metric: Metric, value: float) -> Family:
    """Return a counter or gauge without labels."""
    return family(metric, {(): value})
