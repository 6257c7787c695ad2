"""Overview: whether turfwatch is well, and whether something is going on."""

from __future__ import annotations

from dashboards import shared
from dashboards.frame import Plan, Row
from dashboards.panels import CRITICAL, INFO, SEVERITIES, WARNING, About, Query, graph, number
from dashboards.promql import openings, own, rate, total

UP = own("up", 'job=~"turfwatch.*"')


def well() -> Row:
    """Row 1: the answer."""
    down = number(
        About(
            "Processes that answer",
            "Share of turfwatch processes whose metrics Prometheus can read.",
            "100 %.",
            "see which one is missing on *Runtime*, read its log, start it again.",
        ),
        "percentunit",
        Query(f"avg({UP})"),
        steps=[(CRITICAL, None), ("green", 1)],
        empty="none known",
        dashboard="turfwatch-runtime",
    )
    return Row(
        "Is it well?",
        [
            down,
            shared.freshness("turfwatch-pipeline"),
            shared.completeness("turfwatch-pipeline"),
            shared.told("turfwatch-delivery"),
            shared.lag("turfwatch-pipeline"),
            shared.heartbeat(dashboard="turfwatch-pipeline"),
        ],
    )


def going_on() -> Row:
    """Row 2: is there a campaign."""
    bursts = number(
        About(
            "Open keyword bursts",
            "Keywords that are far above their own baseline now, told or not.",
            "a handful; news makes them, too.",
            "many at once: see the most significant on *Campaigns*.",
        ),
        "short",
        Query(f"{total(own('turfwatch_bursts_open'))}"),
        steps=[(INFO, None)],
        empty="no worker",
        dashboard="turfwatch-campaigns",
    )
    return Row(
        "Is something going on?",
        [
            shared.open_now(6),
            shared.opened(6),
            bursts,
            shared.trouble("turfwatch-delivery"),
            shared.given_up("turfwatch-delivery"),
        ],
    )


def history() -> Row:
    """Row 3: since when."""
    opened = graph(
        About(
            "Incidents that opened",
            "Incidents that opened, by severity, in each bar of at least 5 minutes.",
            "single bars.",
            "a cluster of critical bars is a campaign, or one event told as several: see *Campaigns*.",
        ),
        "short",
        Query(
            f"round({total(openings('$__rate_interval'), 'severity')})",
            "{{severity}}",
        ),
        style="bars",
        step="5m",
        colours=SEVERITIES,
        width=12,
    )
    still = graph(
        About(
            "Open incidents over time",
            "How many incidents were open, by severity.",
            "goes down again within hours: a silent incident resolves itself.",
            "only ever up: see whether watermarks move on *Pipeline*; time that stands still resolves nothing.",
        ),
        "short",
        Query(total(own("turfwatch_incidents_open"), "severity"), "{{severity}}"),
        style="stack",
        colours=SEVERITIES,
        width=12,
    )
    return Row("Since when?", [opened, still])


def keeping_up() -> Row:
    """Row 4: input and its delay."""
    return Row("Does it keep up?", [shared.posts(), shared.freshness_over_time(), shared.lag_over_time()])


def heard() -> Row:
    """Row 5: output and what fails."""
    failures = graph(
        About(
            "Failures a minute",
            "Failures of all kinds: lines refused, batches of a stage, commands to Redis, calls made again, deliveries given up.",
            "zero but for refused lines; calls made again during a failover.",
            "refused lines: *Pipeline*. Redis: *Runtime*. Deliveries: *Alert delivery*.",
        ),
        "short",
        *[Query(f"60 * {total(rate(*counter))}", name) for name, counter in FAILURES.items()],
        colours={
            "deliveries given up": CRITICAL,
            "lines refused": WARNING,
            "stages": "purple",
            "Redis": INFO,
            "calls made again": "semi-dark-yellow",
        },
    )
    return Row("Does everybody hear of it?", [shared.attempts(), shared.delivery_over_time(), failures])


FAILURES = {
    "lines refused": ("turfwatch_dead_letters_total",),
    "stages": ("turfwatch_stage_items_total", 'outcome="failed"'),
    "Redis": ("turfwatch_redis_command_failures_total",),
    "calls made again": ("turfwatch_retries_total",),
    "deliveries given up": ("turfwatch_delivery_attempts_total", 'outcome="dead"'),
}

OVERVIEW = Plan(
    uid="turfwatch-overview",
    purpose="Is turfwatch well, and is something going on? Start here.",
    rows=[well(), going_on(), history(), keeping_up(), heard()],
)
