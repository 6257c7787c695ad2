"""Alert delivery: whether everybody hears of it, and if not, which endpoint is to blame."""

from __future__ import annotations

from dashboards import shared
from dashboards.frame import Plan, Row
from dashboards.panels import CRITICAL, INFO, WARNING, WELL, About, Column, Query, bars, graph, grid, number, rising
from dashboards.promql import age, largest, leading, own, quantile, rate, total

WAITING = own("turfwatch_deliveries_waiting")
OLDEST = f"{own('turfwatch_deliveries_oldest_timestamp_seconds')} > 0"
STATE = "turfwatch_endpoint_state"


def answer() -> Row:
    """Row 1: do alerts arrive."""
    waiting = number(
        About(
            "Deliveries that wait",
            "Deliveries queued for all endpoints.",
            "near zero; quiet hours and rates let some wait on purpose.",
            "see which endpoint below; nothing is dropped for 75 hours.",
        ),
        "short",
        Query(total(WAITING)),
        steps=rising(100, 10000),
        empty="no endpoint",
    )
    oldest = number(
        About(
            "Oldest delivery waits",
            "How long ago the oldest delivery was queued that still waits, in the worst endpoint.",
            "below a minute, but for quiet hours.",
            "see which endpoint below, and tell its owner.",
        ),
        "s",
        Query(f"{largest(age(OLDEST))} or vector(0)"),
        steps=rising(60, 3600),
    )
    silence = shared.heartbeat("Silence of the notifier", stages='stage="deliver"')
    return Row("Do alerts arrive?", [shared.told(), shared.trouble(), waiting, oldest, shared.given_up(), silence])


def endpoints() -> Row:
    """Row 2: which endpoint."""
    failing, disabled = (total(own(STATE, f'state="{name}"'), "endpoint") for name in ("failing", "disabled"))
    refused = total(rate("turfwatch_delivery_attempts_total", 'outcome=~"again|dead"'), "endpoint")
    every = total(rate("turfwatch_delivery_attempts_total"), "endpoint")
    table = grid(
        About(
            "Endpoints",
            "One line for each endpoint: its state, what waits, how long the oldest waits, what was given up, "
            "the share of attempts that fail now, and the time of an attempt (95 in 100 are faster).",
            "all ready, nothing given up.",
            "failing: the receiver answers with errors or not at all. Disabled: it said that it is gone (410), or an operator did; "
            "`turfwatch deliveries list` tells which.",
        ),
        Query(f"{failing} + 2 * {disabled}"),
        Query(total(WAITING, "endpoint")),
        Query(f"{largest(age(OLDEST), 'endpoint')} or 0 * {total(WAITING, 'endpoint')}"),
        Query(total(own("turfwatch_delivery_dead_letters"), "endpoint")),
        Query(f"{refused} / ({every} > 0)"),
        # Without an attempt it is no number, and a cell is better empty.
        Query(f"{quantile(0.95, 'turfwatch_delivery_duration_seconds', by=('endpoint',))} >= 0"),
        columns=[
            Column("endpoint", "Endpoint"),
            Column("Value #A", "State", states=STATES, width=140),
            Column("Value #B", "Waiting", unit="short", steps=rising(100, 10000), width=140),
            Column("Value #C", "Oldest waits", unit="s", steps=rising(60, 3600), width=140),
            Column("Value #D", "Given up", unit="short", steps=rising(1, 10), width=140),
            Column("Value #E", "Attempts that fail", unit="percentunit", steps=rising(0.05, 0.5), width=170),
            Column("Value #F", "Time of an attempt", unit="s", steps=rising(2, 10), width=160),
        ],
        order="Waiting",
    )
    return Row("Which endpoint?", [table])


STATES = (("0", "ready", WELL), ("1", "failing", WARNING), ("2", "disabled", CRITICAL))


def decisions() -> Row:
    """Row 3: what becomes of an event."""
    asked = graph(
        About(
            "What becomes of events, an hour",
            "Events for each endpoint that they may concern: queued, replaced by a newer one, known already, unwanted, silenced.",
            "unwanted most of all: endpoints choose what they want.",
            "silenced: a silence is in force, `turfwatch silence list` tells which. Replaced: an endpoint is slower than the events.",
        ),
        "short",
        Query(f"3600 * {total(rate(NOTIFICATIONS, KEPT), 'outcome')}", "{{outcome}}"),
        style="stack",
        colours={
            "queued": WELL,
            "silenced": "purple",
            "unwanted": "semi-dark-yellow",
            "known": INFO,
            "replaced": WARNING,
        },
    )
    unheard = graph(
        About(
            "Not told for a bad reason, a minute",
            "Events that were not queued, for the endpoint is disabled or its queue is full, and events that could not be read.",
            "zero.",
            "full: the endpoint has been down for long, enlarge its queue or remove it. Unreadable: something else writes to the topic of incidents.",
        ),
        "short",
        Query(f"60 * {total(rate(NOTIFICATIONS, LOST), 'outcome')}", "{{outcome}}"),
        Query(f"60 * {total(rate('turfwatch_unreadable_events_total'))}", "unreadable"),
        colours={"full": CRITICAL, "disabled": WARNING, "unreadable": "purple"},
        room=1,
    )
    return Row("What becomes of an event?", [asked, shared.attempts(), unheard])


NOTIFICATIONS = "turfwatch_notifications_total"
KEPT = 'outcome=~"queued|replaced|known|unwanted|silenced"'
LOST = 'outcome=~"disabled|full"'


def speed() -> Row:
    """Row 4: how fast."""
    duration = graph(
        About(
            "Time of an attempt, by endpoint",
            "Time of one attempt: 95 in 100 are faster, for the five slowest endpoints.",
            "well below a second.",
            "at 15 s attempts are broken off: the receiver does not answer.",
        ),
        "s",
        Query(
            leading(quantile(0.95, "turfwatch_delivery_duration_seconds", by=("endpoint",)), "endpoint"), "{{endpoint}}"
        ),
        step="2m",
    )
    failing = graph(
        About(
            "Attempts that fail, by endpoint",
            "Share of attempts that failed, for the five worst endpoints.",
            "0 %.",
            "at 100 % the receiver is down: it is only probed until it answers.",
        ),
        "percentunit",
        Query(leading(SHARE, "endpoint"), "{{endpoint}}"),
        most=1,
    )
    return Row("How fast?", [shared.delivery_over_time(), duration, failing])


FAILED = total(rate("turfwatch_delivery_attempts_total", 'outcome=~"again|dead"'), "endpoint")
SHARE = f"{FAILED} / ({total(rate('turfwatch_delivery_attempts_total'), 'endpoint')} > 0)"


def queues() -> Row:
    """Row 5: what waits."""
    waiting = graph(
        About(
            "Deliveries that wait, by endpoint",
            "Deliveries queued, for the five endpoints with the most.",
            "near zero; a plateau during quiet hours.",
            "rises on and on: the endpoint is down or its rate too low.",
        ),
        "short",
        Query(leading(total(WAITING, "endpoint"), "endpoint"), "{{endpoint}}"),
    )
    oldest = graph(
        About(
            "Oldest delivery waits, by endpoint",
            "How long the oldest delivery has waited, for the five endpoints that are worst.",
            "below a minute, but for quiet hours.",
            "rises second by second: nothing goes out to this endpoint.",
        ),
        "s",
        Query(leading(largest(age(OLDEST), "endpoint"), "endpoint"), "{{endpoint}}"),
        steps=[(CRITICAL, shared.TOLD_S)],
    )
    silent = bars(
        About(
            "Silence, by stage",
            "Seconds since the notifier last queued an event and last looked at its queues.",
            "deliver below 5 s; queue rests as long as nothing is told.",
            "deliver is silent: the notifier is stuck, restart it; nothing is lost by that.",
        ),
        "s",
        Query(
            largest(age(own("turfwatch_heartbeat_timestamp_seconds", 'stage=~"queue|deliver"')), "stage"), "{{stage}}"
        ),
        decimals=0,
    )
    return Row("What waits?", [waiting, oldest, silent])


DELIVERY = Plan(
    uid="turfwatch-delivery",
    purpose="Does everybody hear of it, and if not, which endpoint is to blame? For those on call.",
    rows=[answer(), endpoints(), decisions(), speed(), queues()],
    processes='{component="notifier"}',
)
