"""Campaigns: which ones run, how they grow, and how much to trust what is told."""

from __future__ import annotations

from dashboards import shared
from dashboards.frame import Plan, Row
from dashboards.panels import (
    CRITICAL,
    INFO,
    KINDS,
    NEUTRAL,
    SEVERITIES,
    WARNING,
    WELL,
    About,
    Column,
    Query,
    bars,
    graph,
    grid,
    number,
)
from dashboards.promql import grown, largest, leading, named, openings, own, risen, total

ESCALATED = 'type="escalated"'
TYPES = {
    "opened": "yellow",
    "updated": "#7b8087",
    "escalated": "purple",
    "resolved": WELL,
    "suppressed": "dark-green",
    "reopened": "super-light-yellow",
    "merged": INFO,
    "digest": "super-light-purple",
    "verdict": "light-blue",
}
REASONS = {
    "share-button": "dark-green",
    "syndication": "#7b8087",
    "app": "yellow",
    "fans": "purple",
    "template": "light-blue",
    "allowed": "super-light-purple",
}
VERDICTS = {"true": WELL, "false": CRITICAL, "benign": WARNING}
ID = "An id leads to its page in the console, and `turfwatch incidents show ID` tells the same: accounts, texts and evidence."
PRECISE = [(CRITICAL, None), (WARNING, 0.5), (WELL, 0.8)]
"""Half of what is told may be wrong before people stop to look; four in five is what detection aims at."""


def answer() -> Row:
    """Row 1: how much is going on, and can it be trusted."""
    escalated = number(
        About(
            "Escalated",
            "Incidents whose severity rose in the time range.",
            "fewer than opened.",
            "read each: it has become larger or clearer since it was told.",
        ),
        "short",
        Query(f"round({total(grown('turfwatch_incident_events_total', ESCALATED))})", now=True),
        steps=[(INFO, None), (WARNING, 1)],
        decimals=0,
    )
    precise = number(
        About(
            "Precision of answers",
            "Share of answered incidents that were campaigns, for the worst kind that has answers.",
            "above 80 %.",
            "see which kind it is below; `turfwatch allow add` vouches for accounts, domains and texts.",
        ),
        "percentunit",
        Query(f"min({own('turfwatch_precision_ratio')})"),
        steps=PRECISE,
        decimals=0,
        empty="no answers",
    )
    return Row("How much is going on?", [shared.open_now(), shared.opened(), escalated, precise])


def largest_ones() -> Row:
    """Row 2: which campaigns."""
    table = grid(
        About(
            "Largest open campaigns",
            f"Up to 20 open incidents with the highest scores, the most accounts first. {ID}",
            "empty, or what you know of.",
            "read the evidence, then answer with `turfwatch incidents verdict`.",
        ),
        *[
            Query(largest(own(f"turfwatch_campaign_{name}"), "campaign", "kind"))
            for name in ("score", "accounts", "posts")
        ],
        columns=[
            Column("campaign", "Campaign", width=180, looked_at=True),
            Column("kind", "Kind", width=200),
            Column(
                "Value #A", "Score", unit="percentunit", steps=[(INFO, None), (WARNING, 0.8), (CRITICAL, 0.95)], gauge=1
            ),
            Column("Value #B", "Accounts", unit="short", width=100),
            Column("Value #C", "Posts", unit="short", width=100),
        ],
        order="Accounts",
        width=14,
        height=9,
    )
    kinds = graph(
        About(
            "Opened, by kind",
            "Incidents that opened, by kind, in each bar of at least 15 minutes.",
            "keyword bursts most of all.",
            "many of one kind at once: one event behind them, or something benign that needs an allow list.",
        ),
        "short",
        Query(f"round({total(openings('$__rate_interval'), 'kind')})", "{{kind}}"),
        style="bars",
        step="15m",
        width=10,
        colours=KINDS,
    ).height(9)
    return Row("Which campaigns?", [table, kinds])


def growth() -> Row:
    """Row 3: how do they grow."""
    panels = [
        graph(
            About(title, f"{shows}, for the five open campaigns that have the most now. {ID}", normal, act),
            unit,
            Query(named(largest(own(f"turfwatch_campaign_{name}"), "campaign"), "campaign"), "{{campaign}}"),
            most=most,
        )
        for name, title, shows, normal, act, unit, most in GROWTH
    ]
    return Row("How do they grow?", panels)


GROWTH = (
    (
        *("accounts", "Accounts", "Accounts that take part"),
        *(
            "flat: a campaign has its accounts from the start.",
            "a line that goes on rising draws joiners, or is not one campaign.",
        ),
        *("short", None),
    ),
    (
        *("posts", "Posts", "Posts of the campaign so far"),
        *("steps with pauses.", "a steep line is at work at this moment: act before it reaches its readers."),
        *("short", None),
    ),
    (
        *("score", "Score", "How sure detection is, from 0 to 100 %"),
        *("rises with the evidence.", "a falling score is about to resolve, or was taken back."),
        *("percentunit", 1),
    ),
)


def keywords() -> Row:
    """Row 4: what do people suddenly write about."""
    table = grid(
        About(
            "Most significant keywords",
            "Up to 20 open bursts with their significance (standard deviations above their own baseline) and posts. "
            "`turfwatch incidents show ID` tells the keyword.",
            "what the news explains.",
            "a burst that nothing explains: see whether a campaign of the same time makes most of its posts.",
        ),
        *[Query(largest(own(f"turfwatch_keyword_{name}"), "keyword")) for name in ("significance", "posts")],
        columns=[
            Column("keyword", "Burst", width=180, looked_at=True),
            Column("Value #A", "Significance", unit="short", steps=NEUTRAL, gauge=60),
            Column("Value #B", "Posts", unit="short", width=100),
        ],
        order="Significance",
        width=10,
        height=8,
    )
    over_time = graph(
        About(
            "Posts with the five largest keywords",
            "Posts in the window of each burst, for the five that have the most now.",
            "a peak, then a slow fall.",
            "a plateau with sharp edges is made by hand or by machine.",
        ),
        "short",
        Query(named(largest(own("turfwatch_keyword_posts"), "keyword"), "keyword"), "{{keyword}}"),
    )
    told = graph(
        About(
            "Bursts that opened",
            "Bursts that opened, by whether they were strong enough to be told, in each bar of at least 15 minutes.",
            "a few told, more not.",
            "many told: raise `bursts.significance`, or see whether one subject bursts under many words.",
        ),
        "short",
        Query(
            f"round({total(risen('turfwatch_bursts_total'), 'told')})",
            "told: {{told}}",
        ),
        style="bars",
        step="15m",
        width=6,
        colours={"told: yes": INFO, "told: no": "semi-dark-yellow"},
    )
    return Row("What do people suddenly write about?", [table, over_time, told])


def trust() -> Row:
    """Row 5: are we right."""
    precision = bars(
        About(
            "Precision, by kind",
            "Share of answered incidents that were campaigns. A kind without answers is missing.",
            "above 80 %.",
            "read what was answered with false or benign: `turfwatch incidents list`.",
        ),
        "percentunit",
        Query(largest(own("turfwatch_precision_ratio"), "kind"), "{{kind}}"),
        steps=PRECISE,
        most=1,
        decimals=0,
    )
    verdicts = bars(
        About(
            "Answers in this time range",
            "Answers of operators: a campaign (true), none (false), or one that harms nobody (benign).",
            "most incidents are answered, most with true.",
            "no answers: nobody looks, and precision is unknown.",
        ),
        "short",
        Query(f"round({total(grown('turfwatch_verdicts_total'), 'verdict')})", "{{verdict}}", now=True),
        colours=VERDICTS,
        decimals=0,
    )
    return Row("Is it right?", [shared.open_kinds(), precision, verdicts])


def lives() -> Row:
    """Row 6: what becomes of incidents."""
    events = graph(
        About(
            "Events of incidents",
            "Events of the five most frequent types, in each bar of at least 30 minutes.",
            "updates most of all, as many resolved as opened in the end.",
            "digests: the flood guard holds incidents back. Few resolved: time stands still in a stream, see *Pipeline*.",
        ),
        "short",
        Query(leading(f"round({total(risen('turfwatch_incident_events_total'), 'type')})", "type"), "{{type}}"),
        style="bars",
        colours=TYPES,
        step="30m",
    )
    suppressed = graph(
        About(
            "Suppressed, by reason",
            "Incidents that something benign explains, for the five most frequent reasons, in each bar of at least 30 minutes.",
            "steady; share buttons and syndication make most of it.",
            "a reason that jumps may hide a campaign that imitates it: `turfwatch replay --suppressed` lists them.",
        ),
        "short",
        Query(leading(f"round({total(risen('turfwatch_suppressed_total'), 'reason')})", "reason"), "{{reason}}"),
        style="bars",
        colours=REASONS,
        step="30m",
    )
    severities = graph(
        About(
            "Open, by severity",
            "Open incidents over time, by severity.",
            "goes down again within hours.",
            "only ever up: nothing resolves.",
        ),
        "short",
        Query(total(own("turfwatch_incidents_open"), "severity"), "{{severity}}"),
        style="stack",
        colours=SEVERITIES,
    )
    return Row("What becomes of them?", [events, suppressed, severities])


CAMPAIGNS = Plan(
    uid="turfwatch-campaigns",
    purpose="Which campaigns run, how they grow, and how far to trust what is told. For analysts.",
    rows=[answer(), largest_ones(), growth(), keywords(), trust(), lives()],
    processes='{component="worker"}',
    incidents=True,
    since="now-6h",
)
