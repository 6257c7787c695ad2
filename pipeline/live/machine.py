"""All of it on one machine: server, topics, a worker, a stream if one is wanted, and the news of incidents."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pipeline.embedded import embedded_server
from pipeline.errors import BrokerError
from pipeline.live.admin import create_missing
from pipeline.live.child import child, ours
from pipeline.live.flow import flow
from pipeline.live.monitoring import monitoring, port_near
from pipeline.live.outlet import outlet
from pipeline.live.tail import tail
from pipeline.simulate.endless import Endless

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from pipeline.broker.node import Broker
    from pipeline.config import Settings
    from pipeline.incidents.public import Event
    from pipeline.live.child import Child
    from pipeline.live.tail import Tail

SIMULATED: Final = "simulated"
"""The stream of the simulation."""

_HEALTH: Final = re.compile(r"health on (http://\S+)")
_CONSOLE: Final = re.compile(r"console on (http://\S+)")
_NOTIFIES: Final = re.compile(r" notifies (.+)")
_OURS: Final = re.compile(r" (WARNING|ERROR|CRITICAL) pipeline\.")
"""What libraries find wrong while topics are young puts itself right; what does not ends the worker with a reason."""


class Voice:
    """What is told meanwhile: ``say`` a line of our own, ``warn`` one of the worker, ``show`` an event."""

    def __init__(self, say: Callable[[str], None], warn: Callable[[str], None], show: Callable[[Event], None]) -> None:
        self.say = say
        self.warn = warn
        self.show = show


def of_machine(settings: Settings, broker: Broker) -> tuple[Settings, dict[str, str]]:
    """Return the settings with the machine's own broker and free ports, and the same as variables, for its commands."""
    own: dict[str, dict[str, Any]] = {
        "kafka": {"brokers": broker.address, "security": "plaintext", "replication": 1},
        "worker": {"health_port": port_near(settings.worker.health_port)},
        "notify": {"health_port": port_near(settings.notify.health_port)},
        "console": {"port": port_near(settings.console.port)},
    }
    if settings.links.console is None:
        own["links"] = {"console": f"http://127.0.0.1:{own['console']['port']}/incidents/{{incident_id}}"}
    variables = {
        f"TURFWATCH_{section}_{key}".upper(): str(value) for section, keys in own.items() for key, value in keys.items()
    }
    update = {section: getattr(settings, section).model_copy(update=keys) for section, keys in own.items()}
    return settings.model_copy(update=update), variables


async def run_machine(
    settings: Settings,
    broker: Broker,
    voice: Voice,
    *,
    options: Sequence[str],
    state: Path | None,
    rate: float | None,
    deliver: bool,
) -> None:
    """Run until cancelled; then the stream, the notifier, the console, the worker and the server end in this order.

    ``options`` are those of turfwatch that its commands are to have as well, ``state`` the folder in which the server's
    state is kept, ``rate`` the ordinary posts a second of the simulated stream, None for none, ``deliver`` whether
    endpoints are told of what is simulated or replayed, too. Raises TurfwatchError where something ends by itself.
    """
    settings, variables = of_machine(settings, broker)
    kafka = settings.kafka
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(embedded_server(state))
        await asyncio.to_thread(create_missing, kafka)
        news = await stack.enter_async_context(tail(kafka))
        worker = await stack.enter_async_context(child("worker", ours([*options, "worker", "--redis", url]), variables))
        console = await stack.enter_async_context(
            child("console", ours([*options, "console", "--redis", url]), variables)
        )
        jobs = [
            _watch_broker(broker),
            _listen(worker, voice, _HEALTH, "a worker watches; its health is on {}"),
            _listen(console, voice, _CONSOLE, "the console is on {}"),
            _show(news, voice),
        ]
        if settings.endpoints:
            notify = [*options, "notify", "--redis", url, *(["--deliver"] if deliver else [])]
            notifier = await stack.enter_async_context(child("notifier", ours(notify), variables))
            jobs.append(_listen(notifier, voice, _NOTIFIES, "a notifier tells {}"))
        for name, address, process in await stack.enter_async_context(monitoring(_targets(settings))):
            voice.say(f"{name} is on http://{address}")
            jobs.append(_mind(process))
        out = await stack.enter_async_context(outlet(kafka))
        if rate is not None:
            begin = time.time_ns() // 1_000_000
            jobs.append(flow(out, kafka.posts, SIMULATED, Endless(begin, begin, rate)))
        await _first_failure(jobs)


async def _first_failure(jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run jobs that have no end until one fails or all are cancelled."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _watch_broker(broker: Broker) -> NoReturn:
    """Raise BrokerError when the broker has ended by itself."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def wait() -> None:
        broker.wait()
        with contextlib.suppress(RuntimeError):  # the loop has ended, and the broker after it
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()
    raise BrokerError("the broker ended by itself")


async def _listen(child: Child, voice: Voice, found: re.Pattern[str], telling: str) -> None:
    """Tell what a child says of where it is or whom it serves, and what is not mere news."""
    async for line in child.said():
        if told := found.search(line):
            voice.say(telling.format(told[1]))
        elif _OURS.search(line):
            voice.warn(line)


def _targets(settings: Settings) -> dict[str, str]:
    """Return where metrics are, by job."""
    parts = {"turfwatch-worker": settings.worker, "turfwatch-notifier": settings.notify if settings.endpoints else None}
    return {job: f"{part.health_host}:{part.health_port}" for job, part in parts.items() if part is not None}


async def _mind(process: Child) -> None:
    """Let a program talk to itself, until it ends by itself."""
    async for _ in process.said():
        pass


async def _show(news: Tail, voice: Voice) -> None:
    async for event in news.events():
        voice.show(event)
