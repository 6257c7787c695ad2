"""The tables of the configuration, a class each: keys with their defaults, bounds and meanings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from pipeline.bursts.watch import MAX_WATCHES, Watch, write_watch
from pipeline.errors import ConfigError, LineError
from pipeline.text.url_templates import checked_template

TOPIC: Final = r"^[A-Za-z0-9._-]{1,249}$"
"""What Kafka takes for the name of a topic or a group."""

STREAM: Final = r"^[^\x00-\x1f\x7f{}]{1,128}$"
"""The name of a stream: it stands in Redis keys between braces, and on terminals."""

MIN_KEY_CHARS: Final = 16

Trace = Literal["repost", "reply", "link"]


def split_words(value: object) -> object:
    """Return the words between commas of a string, and what is no string as it is."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


class Section(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


ENDPOINT: Final = r"^[a-z0-9][a-z0-9_-]{0,62}$"
"""The name of an endpoint: it stands in commands, ids and metrics."""


FormatName = Literal["generic", "alertmanager", "slack", "discord", "teams", "mattermost", "pagerduty"]
EventName = Literal[
    "opened", "updated", "escalated", "resolved", "reopened", "suppressed", "merged", "digest", "verdict"
]
KindName = Literal["coordinated-network", "copy-paste-wave", "amplification-ring", "reply-swarm", "keyword-burst"]
SeverityName = Literal["info", "warning", "critical"]

QUIET: Final = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d( [A-Za-z_]+(/[A-Za-z0-9_+-]+)*)?$"
"""Quiet hours: ``22:00-07:00``, with the name of a time zone behind them where it is not UTC."""


class EndpointSection(Section):
    """A receiver of webhooks, ``[endpoints.NAME]``. What is secret is named by where it stands, never written here."""

    url: SecretStr = Field(description="where it is: https://, or file:PATH or env:NAME where the URL is a secret")
    format: FormatName = Field(
        "generic", description="what is sent: generic, alertmanager, slack, discord, teams, mattermost, pagerduty"
    )
    secrets: tuple[str, ...] = Field(
        (),
        max_length=2,
        validate_default=True,
        description="what generic is signed with: a secret, or two while it is changed: file:PATH or env:NAME",
    )
    key: str | None = Field(
        None, validate_default=True, description="routing key, for pagerduty alone: file:PATH or env:NAME"
    )
    networks: tuple[str, ...] = Field((), description="private networks that it may lie in, such as 10.0.0.0/8")
    timeout_s: float = Field(15.0, gt=0, le=30, description="seconds until an attempt is given up")
    streams: tuple[str, ...] = Field((), description="streams that it is told of, * for any letters; none for all")
    kinds: tuple[KindName, ...] = Field(
        ("coordinated-network", "copy-paste-wave", "amplification-ring", "reply-swarm"),
        description="kinds of incidents: bursts of keywords are left out",
    )
    severities: tuple[SeverityName, ...] = Field(
        ("info", "warning", "critical"), description="severities that an event has at that time"
    )
    min_score: float = Field(0.0, ge=0, le=1, description="least score")
    events: tuple[EventName, ...] = Field(
        (), description="types of events; none for what suits the format: chats get neither updates nor verdicts"
    )
    quiet: str | None = Field(
        None, pattern=QUIET, description='hours in which nothing is sent, such as "22:00-07:00 Europe/Berlin"'
    )
    quiet_but: tuple[SeverityName, ...] = Field(("critical",), description="severities that are sent even then")
    per_minute: float = Field(
        0.0, ge=0, le=6000, description="attempts a minute, at most; 0 for what the format's receiver bears"
    )
    in_flight: int = Field(4, ge=1, le=64, description="attempts at one time; of one incident never more than one")

    @field_validator("secrets")
    @classmethod
    def _secrets_stand_elsewhere(cls, secrets: tuple[str, ...], found: ValidationInfo) -> tuple[str, ...]:
        if not all(map(_stands_elsewhere, secrets)):
            raise ValueError("a secret is named by file:PATH or env:NAME, and never written here")
        if not secrets and found.data.get("format") == "generic":
            raise ValueError("the format generic is signed: name a secret by file:PATH or env:NAME")
        return secrets

    @field_validator("key")
    @classmethod
    def _key_stands_elsewhere(cls, key: str | None, found: ValidationInfo) -> str | None:
        if key is not None and not _stands_elsewhere(key):
            raise ValueError("a key is named by file:PATH or env:NAME, and never written here")
        if (key is None) == (found.data.get("format") == "pagerduty"):
            raise ValueError("the format pagerduty needs a routing key, and no other takes one")
        return key

    @field_validator("quiet")
    @classmethod
    def _zone_is_known(cls, quiet: str | None) -> str | None:
        hours, _, zone = (quiet or "").partition(" ")
        if zone and zone not in available_timezones():
            raise ValueError(f"{zone} is no time zone that is known here, such as Europe/Berlin")
        if quiet and hours[:5] == hours[6:]:
            raise ValueError("quiet hours begin and end at different times")
        return quiet


def _stands_elsewhere(value: str) -> bool:
    return value.startswith(("file:", "env:"))


class NotifySection(Section):
    """`turfwatch notify`, which sends incident events to endpoints."""

    group: str = Field("turfwatch-notify", pattern=TOPIC, description="consumer group: notifiers of one share the work")
    most_waiting: int = Field(
        100_000, ge=100, le=10_000_000, description="deliveries that may wait for an endpoint; more are dead letters"
    )
    most_dead: int = Field(10_000, ge=10, le=1_000_000, description="dead letters of an endpoint that are kept")
    health_host: str = Field("127.0.0.1", min_length=1, description="address on which a notifier's health is told")
    health_port: int = Field(6067, ge=0, le=65_535, description="port of it; 0 for any that is free")


class RedisSection(Section):
    """Where state is kept."""

    url: SecretStr | None = Field(None, description="server: redis://, rediss://, unix:// or redis+cluster://")
    socket_timeout_s: float = Field(10.0, gt=0, le=60, description="seconds until a silent server is given up")


class LimitsSection(Section):
    """Bounds of a line."""

    line_bytes: int = Field(65_536, ge=1024, le=1_048_576, description="bytes of a line")
    list_items: int = Field(64, ge=1, le=1024, description="items of a list, such as hashtags")


class DetectionSection(Section):
    """What shapes the stored state; a change needs fresh state."""

    index_horizon_s: int = Field(5400, ge=60, le=86_400, description="seconds a cluster waits for the next copy")
    pair_horizon_s: int = Field(21_600, ge=60, le=604_800, description="seconds a pair's weight adds up")
    edge_horizon_s: int = Field(604_800, ge=3600, le=7_776_000, description="seconds an edge lives unrenewed")
    similarity: float = Field(0.5, ge=0.3, le=1.0, description="estimated Jaccard similarity of near-duplicates")
    edge_weight: float = Field(1.75, gt=0, le=100, description="weight over shared objects that makes an edge")
    min_accounts: int = Field(4, ge=2, le=1000, description="accounts a network needs to be reported")
    min_objects: int = Field(3, ge=1, le=1000, description="shared texts a network needs to be reported")
    traces: tuple[Trace, ...] = Field(
        ("reply", "link"), description="what ties accounts besides texts: repost, reply, link"
    )
    look_alikes: bool = Field(
        default=True, description="search the authors of texts, hashtags and reposts for look-alikes"
    )
    grace_s: int = Field(60, ge=0, le=3600, description="seconds a post may lag behind the watermark unnoticed")
    band_slots: int = Field(
        1_048_576,
        ge=1024,
        le=100_000_000,
        description="slots of the band table: 16 a post within the index horizon",
    )

    @field_validator("traces", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take a list as a variable holds it: words separated by commas."""
        return split_words(value)


class IncidentsSection(Section):
    """The life of an incident."""

    quiet_s: int = Field(21_600, ge=60, le=2_592_000, description="seconds of silence that resolve an incident")
    cool_down_s: int = Field(86_400, ge=0, le=2_592_000, description="seconds in which a return reopens it")
    update_interval_s: int = Field(600, ge=0, le=86_400, description="least seconds between two updates")
    growth: float = Field(0.25, gt=0, le=10, description="share of new accounts that is worth an update")
    max_opened: int = Field(10, ge=1, le=1000, description="openings told one by one within the flood window")
    flood_window_s: int = Field(
        600, ge=1, le=86_400, description="seconds of the flood window; what it cannot take is told as one digest"
    )


def _fillable(url: str) -> str:
    try:
        return checked_template(url)
    except ConfigError as error:
        raise ValueError(str(error)) from None


Template = Annotated[str, AfterValidator(_fillable)]


class LinksSection(Section):
    """Where an incident can be looked at: URLs that its events name."""

    console: Template | None = Field(
        None, description="URL of an incident's page, with {incident_id}, {stream}, {kind}, {severity}, {from}, {to}"
    )
    dashboard: Template | None = Field(None, description="URL of a dashboard, with the same; {from} and {to} are in ms")
    runbook: Template | None = Field(None, description="URL that says what to do, with the same")

    @property
    def templates(self) -> dict[str, str]:
        """Those that are given, by name."""
        named = {"console": self.console, "dashboard": self.dashboard, "runbook": self.runbook}
        return {name: url for name, url in named.items() if url is not None}


class AllowSection(Section):
    """Whom an operator vouches for: finds that they explain are suppressed."""

    accounts: tuple[str, ...] = Field((), description="ids of accounts; half of a network's suppress it")
    domains: tuple[str, ...] = Field((), description="link domains; where most texts link to them it is suppressed")

    @field_validator("accounts", "domains", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take a list as a variable holds it: words separated by commas."""
        return split_words(value)


class BurstsSection(Section):
    """Keyword bursts; a change needs fresh state."""

    follow: bool = Field(default=True, description="follow tags, mentions, links and domains, and tell what bursts")
    words: bool = Field(
        default=False, description="follow words and pairs of words, too: they take as long again as all the rest"
    )
    pane_s: Literal[5, 10, 15, 20, 30, 60] = Field(10, description="seconds of a pane, of which windows are made")
    significance: float = Field(
        7.0, ge=3, le=1000, description="standard deviations beyond what is usual from which a keyword bursts"
    )
    told: float = Field(
        15.0, ge=3, le=1000, description="standard deviations from which a burst is told as an incident"
    )
    posts: int = Field(8, ge=2, le=10_000, description="posts, and authors, of a window from which a keyword bursts")
    cells: int = Field(
        65_536, ge=1024, le=16_777_216, description="cells of the baseline, a power of two: 96 bytes each"
    )
    window_posts: int = Field(
        200_000, ge=1000, le=10_000_000, description="posts a window may hold: one with more is not looked at"
    )

    @field_validator("cells")
    @classmethod
    def _power_of_two(cls, cells: int) -> int:
        if cells & (cells - 1):
            raise ValueError("must be a power of two")
        return cells


_SEPARATOR: Final = re.compile(r",(?![^{}]*\})")
"""A comma that counts nothing: that of ``re:a{2,3}`` belongs to its pattern."""


def _followed(pattern: str) -> str:
    """Return a pattern that can be followed. Raises ValueError, which pydantic turns into its own."""
    pattern = pattern.strip()
    try:
        write_watch(Watch(pattern))
    except LineError as error:
        raise ValueError(error.detail.removeprefix(f"{pattern!r}: ")) from None
    return pattern


class WatchSection(Section):
    """What is followed in all streams, besides what `turfwatch watch` adds to one."""

    patterns: tuple[Annotated[str, AfterValidator(_followed)], ...] = Field(
        (), description="what is always followed: words, #tags, @mentions, domains, glob:... and re:... (RE2)"
    )

    @field_validator("patterns", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take a list as a variable holds it: patterns separated by commas, but for those within braces."""
        if not isinstance(value, str):
            return value
        return [part for part in map(str.strip, _SEPARATOR.split(value)) if part]

    @field_validator("patterns")
    @classmethod
    def _not_too_many(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        if len(patterns) > MAX_WATCHES:
            raise ValueError(f"{len(patterns):,} patterns, at most {MAX_WATCHES:,} are followed")
        return patterns


class KafkaSection(Section):
    """The broker and its topics."""

    brokers: str = Field("127.0.0.1:9092", min_length=1, description="host:port of brokers, separated by commas")
    security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        "plaintext", description="how brokers are spoken to: plaintext, ssl, sasl_plaintext, sasl_ssl"
    )
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="SASL mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"
    )
    username: str | None = Field(None, description="SASL user")
    password: SecretStr | None = Field(None, description="SASL password")
    ca_file: Path | None = Field(None, description="certificates that may sign the brokers' (default: the system's)")
    cert_file: Path | None = Field(None, description="certificate of this client, where brokers ask for one")
    key_file: Path | None = Field(None, description="private key of it")
    posts: str = Field("posts", pattern=TOPIC, description="topic of the posts")
    incidents: str = Field("incidents", pattern=TOPIC, description="topic of the incident events")
    dead_letters: str = Field("dead-letters", pattern=TOPIC, description="topic of what was refused")
    partitions: int = Field(4, ge=1, le=10_000, description="partitions of each topic: a stream lies in one")
    replication: int = Field(1, ge=1, le=10, description="copies of each partition")
    posts_hours: int = Field(168, ge=1, le=87_600, description="hours that posts are kept, by the time of their coming")
    record_bytes: int = Field(1_048_588, ge=65_536, le=104_857_600, description="bytes of a record of posts, at most")

    @model_validator(mode="after")
    def _credentials_fit(self) -> Self:
        if self.security.startswith("sasl") and not (self.username and self.password):
            raise ValueError("kafka.username and kafka.password are needed with SASL")
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("kafka.cert_file and kafka.key_file belong together")
        if len({self.posts, self.incidents, self.dead_letters}) < 3:
            raise ValueError("kafka.posts, kafka.incidents and kafka.dead_letters must be three topics")
        return self


class WorkerSection(Section):
    """A worker on the topic of the posts."""

    group: str = Field("turfwatch", pattern=TOPIC, description="consumer group: workers of one share the streams")
    instance: str | None = Field(
        None, pattern=TOPIC, description="name of this worker that stays over restarts: then they move no stream"
    )
    session_s: float = Field(15.0, ge=6, le=300, description="seconds until a silent worker's streams are given away")
    idle_s: float = Field(30.0, ge=1, le=3600, description="seconds without a post after which a stream gets a tick")
    retry_s: float = Field(45.0, ge=1, le=600, description="seconds of trouble with a server until the worker ends")
    poison_share: float = Field(0.5, gt=0, le=1, description="share of refused lines from which the worker stops")
    poison_lines: int = Field(1000, ge=10, le=1_000_000, description="lines over which that share is taken")
    ids: Literal["raw", "hmac"] = Field("raw", description="account ids and names: raw, or hmac for keyed pseudonyms")
    ids_key: SecretStr | None = Field(None, description="key of the pseudonyms, at least 16 characters")
    health_host: str = Field("127.0.0.1", min_length=1, description="address on which health is told")
    health_port: int = Field(6066, ge=0, le=65_535, description="port of it; 0 for any that is free")

    @model_validator(mode="after")
    def _pseudonyms_have_a_key(self) -> Self:
        if self.ids == "hmac" and (self.ids_key is None or len(self.ids_key.get_secret_value()) < MIN_KEY_CHARS):
            raise ValueError(f"worker.ids_key needs at least {MIN_KEY_CHARS} characters with worker.ids = hmac")
        return self


class RouteRule(Section):
    """Which posts of foreign topics go to a stream; what is not given fits all."""

    stream: str = Field(pattern=STREAM)
    topic: str | None = None
    platform: str | None = None
    lang: str | None = None
    community: str | None = None
    keywords: tuple[str, ...] = ()


class RouteSection(Section):
    """What `turfwatch route` takes and where it goes."""

    topics: tuple[str, ...] = Field((), description="foreign topics that are read")
    group: str = Field("turfwatch-route", pattern=TOPIC, description="consumer group of the routers")
    rules: tuple[RouteRule, ...] = Field(
        (), description="which posts go to which stream, in a table [[route.rules]] each"
    )

    @field_validator("topics", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Take a list as a variable holds it: words separated by commas."""
        return split_words(value)
