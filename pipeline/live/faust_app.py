"""A Faust app that loses nothing, and how it is run: on the loop of the command, until a signal or a crash."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from typing import TYPE_CHECKING, Any, Final

import faust
import faust.streams
from faust.auth import SASLCredentials, SSLCredentials
from mode.supervisors import CrashingSupervisor

from pipeline.errors import BrokerError, UserError
from pipeline.live.assignor import Assignor
from pipeline.live.clients import tls_context

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from pipeline.sections import KafkaSection

log = logging.getLogger("turfwatch")

STOP_S: Final = 5.0
"""Seconds in which an app that was told to end has to have drained."""

CRASH_S: Final = 1.5
"""Seconds that it has after that, with nothing more to wait for."""


class App(faust.App):
    """A Faust app that keeps nothing on disk: it has no tables, and Faust would make a folder for them here.

    ``failing`` is set by `run_app` to an event, which `fail` sets. ``drain``, where it is given, is awaited before the
    end in place of Faust's own waiting, which is for all records that it has handed over. ``partitions`` are how many
    each topic is known to have.
    """

    failing: asyncio.Event
    partitions: Mapping[str, int]
    drain: Callable[[], Awaitable[None]] | None = None

    failure: Exception | None = None

    async def on_first_start(self) -> None:
        """Make no folder."""

    def fail(self, error: Exception) -> None:
        """End in order, without what is not acknowledged; `run_app` raises the first error that it was told.

        A crash would cancel what is being committed, and keep the group waiting for the session to run out.
        """
        self.failure = self.failure or error
        self.conf.stream_wait_empty = False
        self.failing.set()


def new_app(
    kafka: KafkaSection,
    group: str,
    session_s: float,
    instance: str | None = None,
    *,
    partitions: Mapping[str, int],
) -> App:
    """Return an app of a consumer group over topics, each with its number of ``partitions``.

    Its producer is not to be used: a failed send would not stop a commit.
    """
    app = App(
        group,
        broker=[f"kafka://{broker.strip()}" for broker in kafka.brokers.split(",")],
        broker_credentials=_credentials(kafka),
        broker_client_id="turfwatch",
        broker_session_timeout=session_s,
        broker_heartbeat_interval=min(3.0, session_s / 5),
        broker_request_timeout=max(40.0, session_s + 5.0),  # Faust refuses one below the session's
        broker_rebalance_timeout=60.0,
        broker_commit_interval=1.0,
        consumer_group_instance_id=instance,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=max(4 * 2**20, kafka.record_bytes),
        # An exception in an agent ends the process with the record not acknowledged; the default supervisor would
        # start the agent again behind it.
        agent_supervisor=CrashingSupervisor,
        processing_guarantee="at_least_once",
        store="memory://",
        stream_wait_empty=True,
        stream_buffer_maxsize=4096,
        table_standby_replicas=1,  # at 0 Faust takes another assignor, with which workers of two versions cannot join
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        cython_optimizations=True,
        PartitionAssignor=Assignor,
    )
    app.partitions = dict(partitions)
    return app


async def run_app(app: App) -> None:
    """Run an app until SIGTERM or SIGINT, then let it drain.

    Raises what crashed it, with nothing committed that was not acknowledged; BrokerError where it does not end.
    """
    # Without its extension Faust takes what belongs to an assignment of before for done.
    if getattr(faust.streams, "_CStreamIterator", None) is None:
        raise UserError("faust-streaming is here without its compiled extension: install a wheel of it")
    app.loop = asyncio.get_running_loop()
    app.failing = asyncio.Event()
    app.in_worker = True
    with _told_to_stop() as stop:
        told = asyncio.create_task(stop.wait())
        starting = asyncio.create_task(app.start())
        ended = asyncio.create_task(app.wait_until_stopped())
        failing = asyncio.create_task(app.failing.wait())
        try:
            await asyncio.wait((told, starting, ended, failing), return_when=asyncio.FIRST_COMPLETED)
            if starting.done() and not starting.exception():
                await asyncio.wait((told, ended, failing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _drain(app)
            await _stop(app)
            for task in (told, starting, ended, failing):
                task.cancel()
            outcomes = await asyncio.gather(told, starting, ended, failing, return_exceptions=True)
    if app.failure is not None:
        raise app.failure
    if app.crash_reason is not None:
        raise app.crash_reason
    if isinstance(outcomes[1], Exception):
        raise outcomes[1]


async def _drain(app: App) -> None:
    if app.drain is None or app.failure is not None or app.crash_reason is not None:
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_S):
            await app.drain()
    app.conf.stream_wait_empty = False


async def _stop(app: App) -> None:
    """Let an app drain; what takes too long to be acknowledged is left to whoever comes next."""
    stopping = asyncio.create_task(app.stop())
    await asyncio.wait((stopping,), timeout=STOP_S)
    if not stopping.done():
        late = BrokerError(
            f"not drained within {STOP_S:g} s; what was not acknowledged is not committed and comes again"
        )
        # A cancellation is swallowed where Faust waits for acknowledgements; a crash is what it heeds there.
        await app.crash(late)
        await asyncio.wait((stopping,), timeout=CRASH_S)
    if not stopping.done():
        log.critical("not ended within %g s: leaving at once", STOP_S + CRASH_S)
        os._exit(1)  # Faust's consumer is a thread that is no daemon: it would keep the process
    (outcome,) = await asyncio.gather(stopping, return_exceptions=True)
    # Where the app has crashed, what it was committing is cancelled, and the crash is what counts.
    if isinstance(outcome, BaseException) and app.crash_reason is None:
        raise outcome


@contextlib.contextmanager
def _told_to_stop() -> Iterator[asyncio.Event]:
    """Yield what SIGTERM and SIGINT set."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    for each in signals:
        loop.add_signal_handler(each, stop.set)
    try:
        yield stop
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


def _credentials(kafka: KafkaSection) -> Any:
    """Return them in Faust's form, None for plain text."""
    context = tls_context(kafka)
    if kafka.security.startswith("sasl") and kafka.password:
        return SASLCredentials(
            username=kafka.username,
            password=kafka.password.get_secret_value(),
            ssl_context=context,
            mechanism=kafka.mechanism,
        )
    return None if context is None else SSLCredentials(context)
