"""Panels that more than one dashboard shows, so that they say the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.panels import CRITICAL, SEVERITIES, WARNING, About, Query, bars, falling, graph, number, rising
from dashboards.promql import age, complete, largest, leading, openings, own, quantile, rate, total, within

if TYPE_CHECKING:
    from grafana_foundation_sdk.builders import bargauge, stat, timeseries

FRESH_S, TOLD_S = 10, 60
STEADY = 'stage=~"read|observe|deliver"'
"""Stages that always do something: a silent stream gets ticks, and queues are looked at every second."""


def freshness(dashboard: str = "") -> stat.Panel:
    """Objective: 99 % of lines are scored within 10 s."""
    about = About(
        "Scored within 10 s",
        "Share of lines that were scored at most 10 s after Kafka took them, over the time range. Objective: 99 %.",
        "above 99.5 %; below 99 % the objective is missed.",
        "look at lag and at the slowest stage on *Pipeline*; a replay sent to Kafka in one go is late by nature.",
    )
    share = Query(within("scored", FRESH_S), now=True)
    steps = falling(0.99, 0.995)
    return number(about, "percentunit", share, steps=steps, decimals=2, empty="no lines", dashboard=dashboard)


def completeness(dashboard: str = "") -> stat.Panel:
    """Objective: 99.9 % of lines are neither refused nor lost."""
    about = About(
        "Neither refused nor lost",
        "Share of lines that became part of a stream: not sent to dead letters, not deleted by Kafka before they were read. "
        "Objective: 99.9 %.",
        "above 99.95 %.",
        "see *Refused or lost, a minute* on *Pipeline*; `turfwatch dead-letters list` tells why, and `turfwatch dead-letters retry` sends them again.",
    )
    steps = falling(0.999, 0.9995)
    share = Query(complete(), now=True)
    return number(about, "percentunit", share, steps=steps, decimals=3, empty="no lines", dashboard=dashboard)


def told(dashboard: str = "") -> stat.Panel:
    """Objective: 99 % of events are delivered within 60 s."""
    about = About(
        "Delivered within 60 s",
        "Share of incident events whose first receiver answered with 2xx at most 60 s after the event. "
        "Objective: 99 %. What still waits is not counted yet: see *Oldest delivery waits*.",
        "above 99.5 %.",
        "see which endpoint fails or waits on *Alert delivery*; an endpoint under quiet hours or a rate is late on purpose.",
    )
    steps = falling(0.99, 0.995)
    share = Query(within("delivered", TOLD_S), now=True)
    return number(about, "percentunit", share, steps=steps, decimals=2, empty="no events", dashboard=dashboard)


def lag(dashboard: str = "") -> stat.Panel:
    """How long the oldest record waits."""
    about = About(
        "Oldest record waits",
        "How long ago Kafka took the oldest record that no worker has applied yet, in the worst partition.",
        "below 5 s.",
        "if it grows, a worker is down, too slow or stuck: see heartbeats and stages on *Pipeline*; more workers help only "
        "where there is more than one stream.",
    )
    worst = Query(largest(own("turfwatch_lag_seconds")))
    return number(about, "s", worst, steps=rising(5, 10), empty="no worker", dashboard=dashboard)


def heartbeat(title: str = "Longest silence of a stage", dashboard: str = "", stages: str = STEADY) -> stat.Panel:
    """How long a stage has done nothing."""
    about = About(
        title,
        "Seconds since the steady stages last did something, for the worst process. Silent streams get a tick every 30 s and queues are "
        "looked at every second, so a stage that is silent for longer is stuck.",
        "below 45 s.",
        "see which process is silent on *Pipeline* or *Alert delivery*, read its log, and restart it: nothing is lost by that.",
    )
    silent = Query(largest(age(own("turfwatch_heartbeat_timestamp_seconds", stages))))
    return number(about, "s", silent, steps=rising(45, 120), empty="no process", dashboard=dashboard)


def trouble(dashboard: str = "") -> stat.Panel:
    """Endpoints that fail or are disabled."""
    return number(
        About(
            "Endpoints in trouble",
            "Endpoints that fail and are only probed, or that are disabled.",
            "0.",
            "see which on *Alert delivery*; `turfwatch endpoints test NAME` sends a sample.",
        ),
        "short",
        Query(total(own("turfwatch_endpoint_state", 'state=~"failing|disabled"'))),
        steps=rising(1),
        empty="no endpoint",
        dashboard=dashboard,
    )


def given_up(dashboard: str = "") -> stat.Panel:
    """Deliveries that were given up."""
    return number(
        About(
            "Given up",
            "Deliveries that were refused for good, or not taken within 75 hours.",
            "0.",
            "`turfwatch deliveries show ID` tells why, `turfwatch deliveries resend` sends them again.",
        ),
        "short",
        Query(total(own("turfwatch_delivery_dead_letters"))),
        steps=rising(1, 10),
        empty="no endpoint",
        dashboard=dashboard,
    )


def open_now(width: int = 8) -> stat.Panel:
    """Open incidents by severity."""
    about = About(
        "Open incidents",
        "Incidents that are open in all streams, by severity.",
        "no critical one. Keyword bursts are information.",
        "open *Campaigns*, and read each with `turfwatch incidents show ID`.",
    )
    # A severity without an incident is shown as zero, not as a gap.
    asked = [
        Query(f"{total(own('turfwatch_incidents_open', is_severity(name)))} or vector(0)", name) for name in SEVERITIES
    ]
    return number(about, "short", *asked, width=width, colours=SEVERITIES, dashboard="turfwatch-campaigns")


def opened(width: int = 8) -> stat.Panel:
    """Incidents that opened in the time range, by severity."""
    about = About(
        "Opened in this time range",
        "Incidents that opened in the time range, by severity. One that comes back within the cool-down is reopened and not counted.",
        "a few a day; it depends on the streams.",
        "many at once: one event behind them, or a stream that needs an allow list. See *Suppressed* on *Campaigns*.",
    )
    asked = [
        Query(f"round({total(openings('$__range', is_severity(name)))}) or vector(0)", name, now=True)
        for name in SEVERITIES
    ]
    return number(about, "short", *asked, width=width, decimals=0, colours=SEVERITIES, dashboard="turfwatch-campaigns")


def is_severity(name: str) -> str:
    """Match a severity."""
    return f'severity="{name}"'


def freshness_over_time(width: int = 8) -> timeseries.Panel:
    """Age of lines when they are scored."""
    about = About(
        "From Kafka to score",
        "How old a line is when it has been scored: half of them, nine in ten, and 99 in 100 are younger. Dashed: the objective for 99 in 100.",
        "the highest line stays below the dashed one.",
        "a step up with a full *Oldest record waits* is too much input; without it one stage is slow.",
    )
    return graph(about, "s", *quantiles("scored"), steps=[(CRITICAL, FRESH_S)], width=width)


def delivery_over_time(width: int = 8) -> timeseries.Panel:
    """Age of events when a receiver has them."""
    about = About(
        "From event to receiver",
        "How old an event is when its first receiver has answered with 2xx: half of them, nine in ten, 99 in 100 are younger. Dashed: the objective.",
        "the highest line stays below the dashed one.",
        "see *Attempts a minute* and *Oldest delivery waits* on *Alert delivery*.",
    )
    return graph(about, "s", *quantiles("delivered"), steps=[(CRITICAL, TOLD_S)], width=width, step="5m")


def quantiles(stage: str) -> list[Query]:
    """Three quantiles of the age of events at a stage."""
    of = f'stage="{stage}"'
    metric = "turfwatch_event_age_seconds"
    return [Query(quantile(share, metric, of), name) for share, name in ((0.5, "half"), (0.9, "90 %"), (0.99, "99 %"))]


def lag_over_time(width: int = 8) -> timeseries.Panel:
    """Lag in seconds by process."""
    about = About(
        "Oldest record waits, by worker",
        "How long ago Kafka took the oldest record not yet applied, for the five workers that are furthest behind.",
        "near zero; a restart or a rebalance makes a peak of some seconds.",
        "one line grows: that worker, or its one large stream. All grow: Redis or Kafka.",
    )
    worst = Query(leading(largest(own("turfwatch_lag_seconds"), "instance"), "instance"), "{{instance}}")
    return graph(about, "s", worst, steps=[(CRITICAL, FRESH_S)], width=width)


def posts(width: int = 8) -> timeseries.Panel:
    """Posts a second by outcome."""
    about = About(
        "Posts",
        "Posts a second: applied, seen before (duplicate), or with a new text under a known id (edit).",
        "the rhythm of the day; duplicates after a restart of a source.",
        "none at all: the source is silent, or no worker reads. Mostly duplicates: a source sends everything twice.",
    )
    kinds = Query(total(rate("turfwatch_posts_total"), "outcome"), "{{outcome}}")
    colours = {"applied": "green", "duplicate": "semi-dark-yellow", "edit": "blue"}
    return graph(about, "mps", kinds, style="stack", colours=colours, width=width)


def attempts(width: int = 8) -> timeseries.Panel:
    """Attempts to deliver by outcome."""
    about = About(
        "Attempts a minute",
        "Attempts to deliver: delivered, again (failed, will be tried again), dead (given up), disabled (the receiver is gone), "
        "returned (put back unsent).",
        "nearly all delivered.",
        "again: the receiver is down, wait or tell its owner. Dead: `turfwatch deliveries resend` sends them again once it answers.",
    )
    kinds = Query(f"60 * {total(rate('turfwatch_delivery_attempts_total'), 'outcome')}", "{{outcome}}")
    return graph(about, "short", kinds, style="stack", colours=OUTCOMES, width=width)


OUTCOMES = {
    "delivered": "green",
    "again": WARNING,
    "dead": CRITICAL,
    "disabled": "purple",
    "returned": "semi-dark-yellow",
}


def open_kinds(width: int = 8, height: int = 8) -> bargauge.Panel:
    """Open incidents by kind."""
    about = About(
        "Open, by kind",
        "Open incidents of each kind.",
        "a few; keyword bursts come and go.",
        "one kind far ahead of the others: compare its precision below before you trust it.",
    )
    kinds = Query(total(own("turfwatch_incidents_open"), "kind"), "{{kind}}")
    return bars(about, "short", kinds, width=width, height=height, decimals=0)
