"""Pieces of expressions, each with the matchers that a dashboard's variables need."""

from __future__ import annotations


def own(metric: str, *matchers: str) -> str:
    """Select a metric of the processes that the variables `job` and `instance` leave."""
    inside = ",".join(('job=~"$job"', 'instance=~"$instance"', *matchers))
    return f"{metric}{{{inside}}}"


def rate(metric: str, *matchers: str) -> str:
    """Growth of a counter a second."""
    return f"rate({own(metric, *matchers)}[$__rate_interval])"


def grown(metric: str, *matchers: str) -> str:
    """Growth of a counter over the time range that is shown."""
    return f"increase({own(metric, *matchers)}[$__range])"


def risen(metric: str, *matchers: str) -> str:
    """Growth of a counter within one step of a graph."""
    return f"increase({own(metric, *matchers)}[$__rate_interval])"


def openings(span: str, *matchers: str) -> str:
    """Incidents that opened within a span."""
    counted = own("turfwatch_incident_events_total", 'type="opened"', *matchers)
    return f"increase({counted}[{span}])"


def total(expression: str, *by: str) -> str:
    """Sum of all series, or one for each value of the labels."""
    return f"sum by ({', '.join(by)}) ({expression})" if by else f"sum({expression})"


def largest(expression: str, *by: str) -> str:
    """Largest of all series, or one for each value of the labels."""
    return f"max by ({', '.join(by)}) ({expression})" if by else f"max({expression})"


def leading(expression: str, key: str, most: int = 5) -> str:
    """Keep the series whose peaks are the highest of the time range: as many as a graph stays legible with."""
    # A plain topk chooses anew at every point, so that a graph has more lines than that, and broken ones.
    peak = f"max_over_time(({expression})[$__range:$__interval] @ end())"
    return f"({expression}) and on ({key}) topk({most}, {peak})"


def quantile(share: float, metric: str, *matchers: str, by: tuple[str, ...] = ()) -> str:
    """Estimate a quantile of a histogram in seconds."""
    buckets = total(rate(f"{metric}_bucket", *matchers), "le", *by)
    return f"histogram_quantile({share}, {buckets})"


def within(stage: str, seconds: int) -> str:
    """Share of events that were at most so old when a stage was done with them; nothing where there was none."""
    of = f'stage="{stage}"'
    # Prometheus 2 writes the bound of a bucket as the client did, Prometheus 3 always as a float.
    soon = total(grown("turfwatch_event_age_seconds_bucket", of, f'le=~"{seconds}|{seconds}.0"'))
    return f"{soon} / ({total(grown('turfwatch_event_age_seconds_count', of))} > 0)"


def complete() -> str:
    """Share of lines that were neither refused nor lost to the topic's retention; nothing where there was none."""
    lost = f"({total(grown('turfwatch_dead_letters_total'))} + {total(grown('turfwatch_lost_records_total'))})"
    return f"1 - {lost} / ({total(grown('turfwatch_lines_total'))} > 0)"


def age(timestamp: str) -> str:
    """Seconds since a timestamp."""
    return f"time() - ({timestamp})"


def named(expression: str, key: str, most: int = 5) -> str:
    """Keep the series of those that are largest at the end of the time range, so that a line is whole or absent."""
    # Without @ end() the five largest change along the graph and leave many broken lines.
    return f"{expression} and on ({key}) topk({most}, {expression_at_end(expression)})"


def expression_at_end(expression: str) -> str:
    """Take the selector of an aggregated gauge at the end of the time range."""
    head, brace, tail = expression.rpartition("}")
    return f"{head}{brace} @ end(){tail}"
