"""docs/metrics.md, made from the catalogue: ``python -m pipeline.metrics.document > docs/metrics.md``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from pipeline.metrics.catalogue import ALL, TOP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.metrics.metric import Label, Metric

HEAD: Final = f"""\
# Metrics

Made from `pipeline/metrics/catalogue.py` by `python -m pipeline.metrics.document > docs/metrics.md`: change it there.

A worker tells its metrics on `/metrics` beside `/healthz`, on `worker.health_host` and `worker.health_port`.
A notifier does so on `notify.health_host` and `notify.health_port`.
Both are on loopback by default.
Where Prometheus runs elsewhere, let them listen on an address of a network that only it can reach.

    scrape_configs:
      - job_name: turfwatch-worker
        static_configs: [{{targets: ["127.0.0.1:6066"]}}]
      - job_name: turfwatch-notifier
        static_configs: [{{targets: ["127.0.0.1:6067"]}}]

Names, labels and meanings stay as they are once released.
Times are seconds since 1970, sizes bytes, ratios between 0 and 1; counters begin at 0 with each process.

Label values come from closed sets, and what is in none of them is `other`.
Ids of incidents and bursts and names of streams are labels only of the few that are shown, {TOP} at a time.
So a worker has fewer than 500 series, whatever its streams do; a notifier has 70 and for each endpoint 30 more.
Ids of accounts, texts, keywords and URLs are in no label: `turfwatch incidents show ID` tells what an id stands for.
"""

SECTIONS: Final = (
    ("All processes", ("worker", "notifier")),
    ("Worker", ("worker",)),
    ("Notifier", ("notifier",)),
)

TAIL: Final = """\

Besides, prometheus-client tells of the process itself: `process_*`, `python_gc_*` and `python_info`.
"""


def document() -> str:
    """Return the page."""
    return HEAD + "".join(map(_section, SECTIONS)) + TAIL


def _section(section: tuple[str, tuple[str, ...]]) -> str:
    title, processes = section
    rows = [_row(each) for each in ALL if each.processes == processes]
    head = f"\n## {title}\n\n| name | type | labels | meaning |\n|---|---|---|---|\n"
    return head + "".join(f"{row}\n" for row in rows)


def _row(metric: Metric) -> str:
    labels = "; ".join(map(_label, metric.labels))
    buckets = f" Buckets: {', '.join(f'{bound:g}' for bound in metric.buckets)}." if metric.buckets else ""
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help}{buckets} |"


def _label(label: Label) -> str:
    return f"`{label.name}`: {', '.join(_values(label))}"


def _values(label: Label) -> Iterator[str]:
    yield from label.values or (label.bound,)


if __name__ == "__main__":
    sys.stdout.write(document())
