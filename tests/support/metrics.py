"""What processes expose, read by the parser of prometheus-client, and what is expected of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.metrics.catalogue import ALL

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from pipeline.metrics.metric import Process

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]

_PARTS = {"histogram": ("_bucket", "_sum", "_count")}


def samples_of(text: str) -> Samples:
    """All samples by name and sorted labels; none comes twice."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            name = each.name, tuple(sorted(each.labels.items()))
            assert name not in found
            found[name] = each.value
    return found


def exposed(registry: CollectorRegistry) -> Samples:
    return samples_of(generate_latest(registry).decode())


def families(text: str) -> dict[str, str]:
    """Type of each family by its name as it is announced."""
    rows = [line.split() for line in text.splitlines() if line.startswith("# TYPE ")]
    return {name: kind for _, _, name, kind in rows}


def expected(process: Process) -> dict[str, str]:
    """Type of each metric that the catalogue names for a process."""
    return {each.name: each.kind for each in ALL if process in each.processes}


def without_samples(samples: Samples, process: Process) -> set[str]:
    """Metrics of a process that have no sample."""
    names = {name for name, _ in samples}
    return {
        each.name
        for each in ALL
        if process in each.processes
        and not names.intersection(f"{each.name}{part}" for part in _PARTS.get(each.kind, ("",)))
    }
