"""Runtime: processes, Redis, garbage collection and scrapes."""

from __future__ import annotations

from dashboards.frame import Plan, Row
from dashboards.panels import CRITICAL, INFO, WARNING, WELL, About, Column, Query, graph, grid, number, rising
from dashboards.promql import age, grown, largest, leading, own, quantile, rate, total

MATE = f"* on (job, instance) group_left (component) {own('turfwatch_build_info')}"
"""Only turfwatch's own processes have this partner, whatever else Prometheus scrapes."""

OURS = 'job=~"turfwatch.*"'
UP = own("up", OURS)
USED, LIMIT = own("turfwatch_redis_memory_used_bytes"), own("turfwatch_redis_memory_limit_bytes")
CPU = f"rate({own('process_cpu_seconds_total')}[$__rate_interval]) {MATE}"
FILES = f"{own('process_open_fds')} / {own('process_max_fds')} {MATE}"


def answer() -> Row:
    """Row 1: is everything there, with room to breathe."""
    up = number(
        About(
            "Processes that answer",
            "Share of turfwatch processes whose metrics Prometheus can read.",
            "100 %.",
            "the one at 0 in the table below is down, or its port cannot be reached.",
        ),
        "percentunit",
        Query(f"avg({UP})"),
        steps=[(CRITICAL, None), (WELL, 1)],
        empty="none known",
    )
    memory = number(
        About(
            "Redis memory",
            "Share of Redis' memory limit that is used.",
            "below 70 %.",
            "at 100 % Redis refuses writes and workers stop, without a loss: raise `maxmemory`, or shorten horizons.",
        ),
        "percentunit",
        Query(f"max({USED} / ({LIMIT} > 0))"),
        steps=rising(0.7, 0.9),
        decimals=1,
        empty="no limit",
    )
    failures = number(
        About(
            "Failed commands",
            "Commands to Redis that failed in the time range.",
            "0, a few during a failover.",
            "see which below, and Redis' own log.",
        ),
        "short",
        Query(f"round({total(grown('turfwatch_redis_command_failures_total'))})", now=True),
        steps=rising(1, 100),
        decimals=0,
    )
    restarts = number(
        About(
            "Restarts",
            "Starts of processes in the time range.",
            "0, or as many as you made.",
            "a process that starts again and again: the end of its log says why.",
        ),
        "short",
        Query(f"sum(changes({own('turfwatch_started_timestamp_seconds')}[$__range]))", now=True),
        steps=rising(1, 4),
        decimals=0,
    )
    files = number(
        About(
            "Open files",
            "Open files and sockets of the worst process, as a share of its limit.",
            "below 50 %.",
            "raise `LimitNOFILE`; if it grows for days, report a leak.",
        ),
        "percentunit",
        Query(f"max({FILES})"),
        steps=rising(0.5, 0.8),
        decimals=1,
        empty="not told",
    )
    versions = number(
        About(
            "Versions at work",
            "How many versions of turfwatch run at the same time.",
            "1; 2 while you upgrade.",
            "upgrade the rest: the table below shows which.",
        ),
        "short",
        Query(f"count(count by (version) ({own('turfwatch_build_info')}))"),
        steps=[(WELL, None), (WARNING, 2)],
        empty="none",
    )
    return Row("Is everything there, with room to breathe?", [up, memory, failures, restarts, files, versions])


def processes() -> Row:
    """Row 2: which processes."""
    by = ("job", "instance")
    table = grid(
        About(
            "Processes",
            "One line for each process that Prometheus knows: whether it answers, since when it runs, its versions, processor, memory, open files.",
            "all up.",
            "a process that is down has no other figures: read its log.",
        ),
        Query(largest(UP, *by)),
        Query(largest(own("turfwatch_build_info"), *by, "component", "version", "python")),
        Query(largest(age(own("turfwatch_started_timestamp_seconds")), *by)),
        Query(largest(CPU, *by)),
        Query(largest(f"{own('process_resident_memory_bytes')} {MATE}", *by)),
        Query(largest(FILES, *by)),
        columns=[
            Column("instance", "Instance", width=200),
            Column("job", "Job", width=180),
            Column("Value #A", "State", states=(("0", "down", CRITICAL), ("1", "up", WELL)), width=90),
            Column("version", "Version", width=100),
            Column("python", "Python", width=100),
            Column("Value #C", "Runs for", unit="s", width=120),
            Column("Value #D", "Processor", unit="percentunit", steps=rising(0.7, 0.9), gauge=1),
            Column("Value #E", "Memory", unit="bytes", width=120),
            Column("Value #F", "Open files", unit="percentunit", steps=rising(0.5, 0.8), width=120),
        ],
        hide=("component", "Value #B"),
        order="Job",
        height=6,
    )
    return Row("Which processes?", [table])


def redis() -> Row:
    """Row 3: Redis."""
    memory = graph(
        About(
            "Memory of Redis",
            "Memory that Redis uses, and its limit where it has one.",
            "levels off after the pair horizon (six hours).",
            "meets its limit: workers stop until there is room, and nothing is lost.",
        ),
        "bytes",
        Query(f"max({USED})", "used"),
        Query(f"max({LIMIT} > 0)", "limit"),
        colours={"used": INFO, "limit": CRITICAL},
        width=6,
    )
    slow = graph(
        About(
            "Slowest commands",
            "Time of a command as its caller sees it: 99 in 100 are faster, for the five slowest.",
            "observe below 50 ms, all others below that.",
            "all at once: Redis or the network. observe alone: batches are large, or a cluster has very many members.",
        ),
        "s",
        Query(leading(quantile(0.99, COMMAND, by=("command",)), "command"), "{{command}}"),
        step="2m",
        width=6,
    )
    many = graph(
        About(
            "Commands a second",
            "Commands, for the five most frequent.",
            "observe follows the posts.",
            "reads far above observe: something polls.",
        ),
        "short",
        Query(leading(total(rate(f"{COMMAND}_count"), "command"), "command"), "{{command}}"),
        style="stack",
        width=6,
    )
    failed = graph(
        About(
            "Failures and retries a minute",
            "Commands that failed (the four worst), and calls to Redis or Kafka that were made again.",
            "zero; a peak during a failover.",
            "for minutes: Redis is down, full or read-only. Its log says which.",
        ),
        "short",
        Query(
            leading(f"60 * {total(rate('turfwatch_redis_command_failures_total'), 'command')}", "command", 4),
            "{{command}}",
        ),
        Query(f"60 * {total(rate('turfwatch_retries_total'))}", "made again"),
        colours={"made again": "purple"},
        room=1,
        width=6,
    )
    return Row("Is it Redis?", [memory, slow, many, failed])


COMMAND = "turfwatch_redis_command_duration_seconds"


def process() -> Row:
    """Row 4: processor, memory, files."""
    cpu = graph(
        About(
            "Processor",
            "Share of one core, for the five busiest processes. A process takes little more than one core.",
            "below 70 %.",
            "a worker near 100 %: move streams to another worker, see *Busy, by stage* on *Pipeline*.",
        ),
        "percentunit",
        Query(leading(largest(CPU, "instance"), "instance"), "{{instance}}"),
        steps=[(WARNING, 0.7)],
    )
    memory = graph(
        About(
            "Memory of processes",
            "Resident memory of the five largest processes.",
            "flat: state lives in Redis.",
            "grows for hours: report a leak, with this graph.",
        ),
        "bytes",
        Query(
            leading(largest(own("process_resident_memory_bytes") + " " + MATE, "instance"), "instance"), "{{instance}}"
        ),
    )
    files = graph(
        About(
            "Open files, by process",
            "Open files and sockets of the five processes with the most.",
            "flat.",
            "grows: connections are not closed; report a leak.",
        ),
        "short",
        Query(leading(largest(own("process_open_fds") + " " + MATE, "instance"), "instance"), "{{instance}}"),
    )
    return Row("Is it the process?", [cpu, memory, files])


def collection() -> Row:
    """Row 5: garbage collection and scrapes."""
    runs = graph(
        About(
            "Garbage collections a minute",
            "Runs of Python's collector, by generation.",
            "generation 2 far below the others.",
            "many of generation 2: memory is under pressure.",
        ),
        "short",
        Query(
            f"60 * {total(rate('python_gc_collections_total') + ' ' + MATE, 'generation')}", "generation {{generation}}"
        ),
        width=6,
    )
    objects = graph(
        About(
            "Objects collected a second",
            "Objects that the collector freed, and that it could not free.",
            "none that it could not free.",
            "uncollectable objects are a leak in an extension: report it.",
        ),
        "short",
        Query(total(f"{rate('python_gc_objects_collected_total')} {MATE}"), "collected"),
        Query(total(f"{rate('python_gc_objects_uncollectable_total')} {MATE}"), "uncollectable"),
        colours={"uncollectable": CRITICAL},
        width=6,
    )
    scrape = graph(
        About(
            "Time of a scrape",
            "How long Prometheus waited for the metrics of a process, for the five slowest.",
            "below 0.1 s.",
            "near 10 s it is broken off: the process is overloaded.",
        ),
        "s",
        Query(leading(largest(own("scrape_duration_seconds", OURS), "instance"), "instance"), "{{instance}}"),
        width=6,
    )
    series = graph(
        About(
            "Series of a scrape",
            "Series that each process exposes, for the five with the most.",
            "below 1,000, and flat: labels are closed sets.",
            "grows: a label takes too many values; report it.",
        ),
        "short",
        Query(leading(largest(own("scrape_samples_scraped", OURS), "instance"), "instance"), "{{instance}}"),
        width=6,
    )
    return Row("Is it Python or the scrape?", [runs, objects, scrape, series])


RUNTIME = Plan(
    uid="turfwatch-runtime",
    purpose="Processes, Redis, garbage collection and scrapes: the causes behind what the others show. For those on call.",
    rows=[answer(), processes(), redis(), process(), collection()],
)
