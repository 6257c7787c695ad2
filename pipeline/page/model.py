"""What pages show: plain values, ready to be rendered or sent as JSON. Names and texts are as they are to be shown.

Times are ms since the epoch in UTC (event time). Sentences are English, as events tell them; `pipeline.page.words`
says them in other languages. Texts of posts are data: nothing here is markup.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from pipeline.detect.assess import Kind
from pipeline.detect.rule import Bound, Reason
from pipeline.detect.severity import Severity
from pipeline.incidents.answer import Verdict
from pipeline.incidents.model import Status

SCHEMA: Final = 1
"""Version of the model as JSON; it rises when a field changes its meaning or goes."""

Role = Literal["member", "joiner"]


class Answered(msgspec.Struct, frozen=True):
    """What an operator answered; ``author`` and ``note`` "" for none."""

    at: int
    verdict: Verdict
    author: str
    note: str


class Head(msgspec.Struct, frozen=True):
    """What an incident is, in ten seconds.

    ``reason`` and ``because`` say why a suppressed one is. ``into`` is the incident that it was merged into.
    ``answers`` are in the order of coming, the last one counts. ``links`` are the operator's own, by name.
    ``truncated``: the network has more accounts than are kept.
    """

    incident_id: str
    stream: str
    kind: Kind
    severity: Severity
    score: float | None
    status: Status
    summary: str
    detected_at: int
    first_post_at: int | None
    last_post_at: int | None
    members: int | None
    joiners: int | None
    posts: int | None
    keywords: list[str]
    reason: Reason | None = None
    because: str = ""
    into: str | None = None
    answers: list[Answered] = []
    links: dict[str, str] = {}
    truncated: bool = False
    replay: bool = False


class Mark(msgspec.Struct, frozen=True):
    """An event of the incident's life on the time line, such as ``incident.opened``; ``changes`` in words."""

    at: int
    event: str
    incident_id: str
    severity: Severity
    accounts: int | None
    posts: int | None
    changes: list[str]


class BurstSpan(msgspec.Struct, frozen=True):
    """A burst that the accounts take part in; ``share`` of its posts are theirs."""

    keyword: str
    label: str
    opened_at: int
    posts: int
    accounts: int
    share: float
    significance: float
    ratio: float


class Timeline(msgspec.Struct, frozen=True):
    """Posts over time: ``rows`` of (minute since ``begin``, by members, by joiners, by others on ``keyword``).

    Minutes without a post are left out. ``begin`` is the begin of a minute (ms), ``minutes`` how many there are.
    ``since`` (ms) is set where posts before it were not recorded.
    """

    keyword: str
    begin: int
    minutes: int
    rows: list[tuple[int, int, int, int]]
    since: int | None = None


class TextPart(msgspec.Struct, frozen=True):
    """A stretch of a text: fixed words, or the filling of a slot, which are numbered from 1."""

    text: str
    slot: int | None = None


class TextShown(msgspec.Struct, frozen=True):
    """A text that was posted again and again: its frame with slots, and below it variants as they were posted.

    ``fillings`` are those seen of each slot, in the order of slots. ``cluster`` is what it goes by on an allow list.
    """

    frame: list[TextPart]
    fillings: list[list[str]]
    variants: list[list[TextPart]]
    posts: int
    accounts: int
    first_at: int | None = None
    last_at: int | None = None
    cluster: str = ""
    what: str = "text"
    """Kind of the object: text, repost, reply, link, hashtag, reposted."""


class AccountShown(msgspec.Struct, frozen=True):
    """An account; what is None is not known. ``shared`` counts the texts (objects) that it has in common with others.

    ``group`` is the number of its community in the network, None where there is none.
    """

    name: str
    platform: str
    role: Role
    first_at: int | None
    posts: int | None
    shared: int | None
    born: int | None
    followers: int | None
    following: int | None
    client: str | None
    community: str | None
    group: int | None = None


class Node(msgspec.Struct, frozen=True):
    """A node of the network at ``x``, ``y`` (0 to 1): an account by its place in ``accounts``, or a whole community.

    ``rank`` (0 to 1) is when it first appeared, as a share of the incident's span; None for unknown. ``size`` counts
    its accounts. Accounts without an edge have a ``group`` of their own behind those that are counted.
    """

    x: float
    y: float
    rank: float | None
    size: int
    group: int
    account: int | None = None


class Network(msgspec.Struct, frozen=True):
    """Who posted the same with whom. ``edges`` of (node, node, weight, shared objects), heaviest first.

    ``grouped``: nodes are communities, as there are too many accounts to tell apart; ``members_at`` are then the
    accounts as dots of (place in ``accounts``, x, y, rank). ``left_out`` counts edges too light to be drawn, ``alone``
    members without an edge.
    """

    nodes: list[Node]
    edges: list[tuple[int, int, float, int]]
    grouped: bool
    groups: int
    left_out: int
    alone: int
    members_at: list[tuple[int, float, float, float | None]] = []


class EvidenceShown(msgspec.Struct, frozen=True):
    """A signal. ``times``: how often its value is what chance would give, None where that is not known.

    ``surprise``: -log10 of p, at most 30; None without p.
    """

    signal: str
    value: float
    expected: float | None
    p_value: float | None
    text: str
    times: float | None
    surprise: float | None


class Measure(msgspec.Struct, frozen=True):
    """What a rule of the benign gate measured against its bound."""

    what: str
    measured: float
    form: Bound
    bound: float
    met: bool


class Against(msgspec.Struct, frozen=True):
    """A rule of the benign gate: ``suppresses`` or not, ``because`` what it says, "" where its conditions do not hold.

    ``asked`` is False where the accounts look bought, so that the rule does not count.
    """

    rule: str
    asked: bool
    suppresses: bool
    because: str
    measures: list[Measure]


class Rhythm(msgspec.Struct, frozen=True):
    """Posts of members by hour of day (UTC, 24 counts), and gaps between two posts of one account.

    ``gaps`` has a count for each bin whose upper bounds (s) are ``gap_bounds``, and one more for what is longer.
    """

    hours: list[int]
    gap_bounds: list[float]
    gaps: list[int]


class FirstPostShown(msgspec.Struct, frozen=True):
    """A post that a burst began with."""

    at: int
    name: str
    platform: str
    text: str


class IncidentPage(msgspec.Struct, frozen=True):
    """All that a page shows of an incident; what is None or empty was not kept.

    ``as_of`` (ms) is the event time up to which it is told.
    """

    schema: int
    as_of: int
    head: Head
    life: list[Mark]
    timeline: Timeline | None
    texts: list[TextShown]
    accounts: list[AccountShown]
    network: Network | None
    evidence: list[EvidenceShown]
    against: list[Against]
    nearest: str | None
    """The rule of the gate that lacks least to suppress it."""

    rhythm: Rhythm | None
    platforms: dict[str, int]
    communities: dict[str, int]
    bursts: list[BurstSpan]
    first_posts: list[FirstPostShown] = []
    more_texts: int = 0
    """Texts that are not among ``texts``."""

    pseudonyms: bool = False


class IncidentRow(msgspec.Struct, frozen=True):
    """An incident in the overview, where it stands; ``reason`` says why a suppressed one is."""

    incident_id: str
    stream: str
    kind: Kind
    severity: Severity
    score: float | None
    status: Status
    summary: str
    keyword: str
    accounts: int | None
    posts: int | None
    detected_at: int
    first_post_at: int | None
    last_post_at: int | None
    told_at: int
    reason: Reason | None = None
    because: str = ""
    into: str | None = None
    verdict: Verdict | None = None


class BurstListed(msgspec.Struct, frozen=True):
    """A burst of a keyword in the overview; ``counts`` posts in bins of ``bin_s`` from ``begin`` on, [] if unknown."""

    incident_id: str
    stream: str
    keyword: str
    label: str
    opened_at: int
    ended_at: int | None
    posts: int
    accounts: int
    significance: float
    ratio: float
    begin: int
    bin_s: int
    counts: list[int]


class Overview(msgspec.Struct, frozen=True):
    """All incidents of a recording, or of the streams that are watched, and the keywords that burst most.

    ``title`` names the recording or the streams. ``begin`` and ``end`` (ms) are the time axis. ``posts`` counts the
    lines behind it, None where nobody counted. ``once``: the pseudonyms are of this report alone.
    """

    schema: int
    title: str
    begin: int
    end: int
    posts: int | None
    incidents: list[IncidentRow]
    bursts: list[BurstListed]
    pseudonyms: bool = False
    once: bool = False
