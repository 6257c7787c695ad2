"""Pages as a builder makes them, seeded: small, typical, large, and hostile in every text."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Final

from pipeline.page.model import (
    SCHEMA,
    AccountShown,
    Against,
    Answered,
    BurstListed,
    BurstSpan,
    EvidenceShown,
    FirstPostShown,
    Head,
    IncidentPage,
    IncidentRow,
    Mark,
    Measure,
    Network,
    Node,
    Overview,
    Rhythm,
    TextPart,
    TextShown,
    Timeline,
)

if TYPE_CHECKING:
    from pipeline.detect.severity import Severity
    from pipeline.incidents.model import Status

BEGIN: Final = 1_447_930_800_000
MINUTE: Final = 60_000
DAY: Final = 86_400_000
HOSTILE: Final = (
    '</script><script>alert(1)</script><img src=x onerror="alert(2)"> {{ 7*7 }} ${x} \u202egnp.exe\u2066 \x1b[31m \x00'
    " =cmd|' /C calc'!A0 \u2028 ' \" & javascript:alert(3) https://evil.example/" + "W" * 300
)


def incident_id(number: int) -> str:
    return f"inc_{number:016x}"


def page(accounts: int = 120, posts: int = 900, *, seed: int = 1, hostile: bool = False) -> IncidentPage:
    """An incident of so many accounts, a fifth of them joiners, and posts."""
    draw = random.Random(seed)
    joiners = accounts // 5
    members = accounts - joiners
    minutes = 60 if accounts < 10 else 60 * 52
    word = HOSTILE if hostile else "#koch"
    ranks = sorted(draw.random() ** 2 for _ in range(accounts))
    shown = [
        AccountShown(
            name=f"{HOSTILE}{n}" if hostile else f"account-{draw.randrange(16**6):06x}",
            platform="twitter" if n % 7 else "gab",
            role="member" if n < members else "joiner",
            first_at=BEGIN + round(ranks[n] * minutes * MINUTE),
            posts=1 + round(posts / accounts * 2 * draw.random()),
            shared=draw.randrange(1, 30),
            born=BEGIN - round(draw.random() * 60 * DAY) if n % 5 else None,
            followers=draw.randrange(90) if n % 4 else None,
            following=draw.randrange(200) if n % 4 else None,
            client="TweetBot 3" if n % 3 else "Web",
            community=None,
            group=n % 6,
        )
        for n in range(accounts)
    ]
    rows = _rows(draw, posts, minutes)
    return IncidentPage(
        schema=SCHEMA,
        as_of=BEGIN + minutes * MINUTE,
        head=_head(seed, members, joiners, posts, minutes, word),
        life=[
            Mark(BEGIN + 9 * MINUTE, "incident.opened", incident_id(seed), "warning", 8, 9, []),
            Mark(BEGIN + 30 * MINUTE, "incident.updated", incident_id(seed), "warning", 20, 99, ["12 more accounts"]),
            Mark(
                BEGIN + minutes * MINUTE // 2, "incident.escalated", incident_id(seed), "critical", members, posts, []
            ),
            Mark(BEGIN + minutes * MINUTE, "incident.resolved", incident_id(seed), "critical", members, posts, []),
        ],
        timeline=Timeline(word, BEGIN, minutes, rows),
        texts=_texts(draw, word, hostile=hostile),
        accounts=shown,
        network=_network(draw, accounts, ranks),
        evidence=_evidence(members),
        against=_against(),
        nearest="of_syndication",
        rhythm=Rhythm(
            [draw.randrange(40) if 6 < hour < 15 else draw.randrange(4) for hour in range(24)],
            [10, 30, 60, 300, 900, 3600, 21600, 86400],
            [draw.randrange(60) for _ in range(9)],
        ),
        platforms={"twitter": posts - posts // 7, "gab": posts // 7},
        communities={},
        bursts=[BurstSpan("h:koch", word, BEGIN + 12 * MINUTE, 412, 130, 0.83, 11.3, 40.2)],
        first_posts=[FirstPostShown(BEGIN, shown[0].name, "twitter", word)],
        pseudonyms=not hostile,
    )


def overview(pages: list[IncidentPage], *, rows: int = 5, title: str = "recording.jsonl.gz") -> Overview:
    """Incidents of all states, those of the pages first."""
    draw = random.Random(3)
    end = BEGIN + 60 * 60 * MINUTE
    shown = [_row(number, each.head) for number, each in enumerate(pages)]
    states: list[tuple[Status, Severity]] = [
        ("suppressed", "info"),
        ("merged", "warning"),
        ("open", "warning"),
        ("resolved", "critical"),
        ("resolved", "info"),
    ]
    for number in range(rows):
        status, severity = states[number % 5]
        first = BEGIN + draw.randrange(40 * 60) * MINUTE
        last = first + draw.randrange(1, 15 * 60) * MINUTE
        shown.append(
            IncidentRow(
                incident_id=incident_id(100 + number),
                stream="main",
                kind="copy-paste-wave" if number % 2 else "reply-swarm",
                severity=severity,
                score=0.3 + 0.12 * (number % 5),
                status=status,
                summary="12 look-alike accounts posted 40 near-identical texts on #vote in 20 minutes",
                keyword="#vote",
                accounts=12,
                posts=40,
                detected_at=first + 5 * MINUTE,
                first_post_at=first,
                last_post_at=last,
                told_at=last,
                reason="share-button" if status == "suppressed" else None,
                because="a headline's share button wrote the texts" if status == "suppressed" else "",
                into=pages[0].head.incident_id if status == "merged" and pages else None,
            )
        )
    listed = [
        BurstListed(
            incident_id=incident_id(200 + n),
            stream="main",
            keyword=f"h:tag{n}",
            label=pages[0].head.keywords[0] if n == 0 and pages and pages[0].head.keywords else f"#tag{n}",
            opened_at=BEGIN + n * 60 * MINUTE,
            ended_at=None if n % 2 else BEGIN + (n + 3) * 60 * MINUTE,
            posts=500 - n * 31,
            accounts=100 - n,
            significance=30.0 / (n + 1),
            ratio=80.0 / (n + 1),
            begin=BEGIN,
            bin_s=3600,
            counts=[round(40 * math.exp(-abs(hour - n - 4) / 3)) for hour in range(24)] if n != 3 else [],
        )
        for n in range(8)
    ]
    return Overview(SCHEMA, title, BEGIN, end, 48_112, shown, listed, pseudonyms=True)


def _row(number: int, head: Head) -> IncidentRow:
    return IncidentRow(
        incident_id=head.incident_id,
        stream=head.stream,
        kind=head.kind,
        severity=head.severity,
        score=head.score,
        status=head.status,
        summary=head.summary,
        keyword=head.keywords[0] if head.keywords else "",
        accounts=head.members,
        posts=head.posts,
        detected_at=head.detected_at,
        first_post_at=head.first_post_at,
        last_post_at=head.last_post_at,
        told_at=head.detected_at,
        verdict="true" if number == 0 else None,
    )


def _head(seed: int, members: int, joiners: int, posts: int, minutes: int, word: str) -> Head:
    return Head(
        incident_id=incident_id(seed),
        stream="main",
        kind="coordinated-network",
        severity="critical",
        score=0.97,
        status="resolved",
        summary=f"{members} accounts posted {posts} near-identical texts on {word} in {minutes} minutes",
        detected_at=BEGIN + 9 * MINUTE,
        first_post_at=BEGIN,
        last_post_at=BEGIN + minutes * MINUTE,
        members=members,
        joiners=joiners,
        posts=posts,
        keywords=[word, "poison", "turkey"],
        answers=[Answered(BEGIN + DAY, "true", "an operator", "the same farm as last week")],
        links={"runbook": "https://runbooks.example/turfwatch"},
    )


def _rows(draw: random.Random, posts: int, minutes: int) -> list[tuple[int, int, int, int]]:
    counts: dict[int, list[int]] = {}
    for number in range(posts * 2):
        wave = draw.choice((0.15, 0.2, 0.55, 0.8))
        minute = min(minutes - 1, max(0, round(draw.gauss(wave, 0.05) * minutes)))
        counts.setdefault(minute, [0, 0, 0])[2 if number % 3 == 2 else int(number % 11 == 0)] += 1
    return [(minute, *held) for minute, held in sorted(counts.items())]  # type: ignore[misc]  # three counts


def _texts(draw: random.Random, word: str, *, hostile: bool) -> list[TextShown]:
    say = HOSTILE * 20 if hostile else " and nobody in charge seems to care about it at all "
    fillings = [["awful", "terrible", "a shame", word], ["I", "we", "my mum"], ["turkey", "food", "dinner"]]
    return [
        TextShown(
            frame=[
                TextPart("That is "),
                TextPart("…", 1),
                TextPart("! Why do "),
                TextPart("…", 2),
                TextPart(f" pay for {'such ' * n}"),
                TextPart("…", 3),
                TextPart(say),
            ],
            fillings=fillings,
            variants=[
                [
                    TextPart("That is "),
                    TextPart(draw.choice(fillings[0]), 1),
                    TextPart("! Why do "),
                    TextPart(draw.choice(fillings[1]), 2),
                    TextPart(f" pay for {'such ' * n}"),
                    TextPart(draw.choice(fillings[2]), 3),
                    TextPart(say),
                ]
                for _ in range(6)
            ],
            posts=60 - 9 * n,
            accounts=40 - 5 * n,
            first_at=BEGIN + n * 30 * MINUTE,
            last_at=BEGIN + (n + 4) * 31 * MINUTE,
            cluster=f"{n:016x}",
            what="text" if n < 3 else "repost",
        )
        for n in range(5)
    ]


def _network(draw: random.Random, accounts: int, ranks: list[float]) -> Network:
    groups = min(6, max(1, accounts // 12))
    spots = []
    for n in range(accounts):
        turn, far = draw.random() * math.tau, 0.16 * math.sqrt(draw.random())
        centre = math.tau * (n % groups) / groups
        reach = 0.3 if groups > 1 else 0.0
        spots.append(
            (
                0.5 + reach * math.cos(centre) + far * math.cos(turn),
                0.5 + reach * math.sin(centre) + far * math.sin(turn),
            )
        )
    if accounts > 400:
        return Network(
            nodes=[
                Node(
                    0.5 + 0.3 * math.cos(math.tau * group / groups),
                    0.5 + 0.3 * math.sin(math.tau * group / groups),
                    0.1 * group,
                    accounts // groups,
                    group,
                )
                for group in range(groups)
            ],
            edges=[(a, b, 40.0 / (a + b), 9) for a in range(groups) for b in range(a)],
            grouped=True,
            groups=groups,
            left_out=1200,
            alone=3,
            members_at=[(n, x, y, ranks[n]) for n, (x, y) in enumerate(spots)],
        )
    pairs = {(a, b) for a in range(accounts) for b in range(a + groups, accounts, groups) if draw.random() < 0.3}
    heavy = sorted(((a, b, round(2 + 9 * draw.random() ** 3, 2), draw.randrange(3, 20)) for a, b in pairs), key=_heavy)
    return Network(
        nodes=[Node(x, y, ranks[n] if n % 17 else None, 1, n % groups, n) for n, (x, y) in enumerate(spots)],
        edges=heavy[:1500],
        grouped=False,
        groups=groups,
        left_out=max(0, len(heavy) - 1500),
        alone=0,
    )


def _heavy(edge: tuple[int, int, float, int]) -> float:
    return -edge[2]


def _evidence(members: int) -> list[EvidenceShown]:
    return [
        EvidenceShown(
            "repeat-co-posting",
            31.5,
            0.02,
            1e-300,
            f"two of the {members} accounts met again 31.5 times on average, in 44 near-identical texts; "
            "0.02 by chance",
            1575.0,
            30.0,
        ),
        EvidenceShown(
            "account-age",
            0.88,
            0.055,
            1e-9,
            "88 % of the accounts are younger than 90 days; 5.5 % by chance",
            16.0,
            9.0,
        ),
        EvidenceShown(
            "alike-followers", 61, 4.1, 2e-5, "61 of 96 accounts have 0 to 20 followers; 4.1 by chance", 14.9, 4.7
        ),
        EvidenceShown("reply-latency", 4.0, 600.0, None, "replies follow after 4 s; 600 s is usual", 0.0067, None),
        EvidenceShown("co-post-latency", 47.0, None, None, "copies of a text follow each other after 47 s", None, None),
        EvidenceShown(
            "follower-median", 11.0, None, None, "half of the accounts have 11 followers or less", None, None
        ),
    ]


def _against() -> list[Against]:
    return [
        Against(
            "of_syndication",
            asked=True,
            suppresses=False,
            because="",
            measures=[
                Measure("share of texts with a link", 0.12, "at least", 0.9, met=False),
                Measure("median followers", 11.0, "at least", 1000.0, met=False),
                Measure("accounts", 96.0, "at most", 200.0, met=True),
            ],
        ),
        Against(
            "of_fans", asked=False, suppresses=False, because="", measures=[Measure("age", 3.0, "above", 2.0, met=True)]
        ),
    ]
