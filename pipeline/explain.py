"""Why an incident was opened: the recording is replayed on fresh state, with somebody who remembers every look."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from pipeline.engine import Engine, lookalike_settings
from pipeline.errors import ChoiceError, UserError
from pipeline.incidents.explanation import Explanation, Moments, explanation
from pipeline.incidents.trail import Search, Seen, seen
from pipeline.replay import MAX_BATCH, run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from redis.asyncio import Redis

    from pipeline.config import Settings
    from pipeline.incidents.decision import Change
    from pipeline.incidents.look import Look
    from pipeline.incidents.public import Event
    from pipeline.post import Line

PREFIX: Final = "inc_"
DECIDING: Final = ("incident.opened", "incident.reopened", "incident.suppressed")


class Witness:
    """Remembers all looks in short, and in full those that an incident hangs on whose id begins with ``wanted``.

    ``incidents`` has a line for every one, by id.
    """

    def __init__(self, wanted: str = "") -> None:
        self.looks: list[Seen] = []
        self.moments: dict[str, Moments] = {}
        self.incidents: dict[str, str] = {}
        self._wanted = wanted

    def __call__(self, look: Look) -> None:
        """Take a look in."""
        self.looks.append(seen(look))
        for change in look.decision.changes:
            self._take(change, look)
        for name in look.concerned:
            if name in self.moments:
                self.moments[name].last = look

    def _take(self, change: Change, look: Look) -> None:
        incident = change.after
        name = incident.incident_id
        if incident.status == "merged":
            self.incidents[name] = f"{name}  merged into {incident.into}"
        else:
            self.incidents[name] = f"{name}  {incident.status}, {incident.kind}: {look.found.summary}"
        if not fits(name, self._wanted):
            return
        if name not in self.moments:
            self.moments[name] = Moments(look, look, look, incident)
        known = self.moments[name]
        known.incident = incident
        if change.event in DECIDING:
            known.decided = look
        if change.event == "incident.opened":
            known.opening = look


def fits(name: str, wanted: str) -> bool:
    """Whether an id begins with what was asked for, with or without what all ids begin with."""
    return name.startswith((wanted, f"{PREFIX}{wanted}"))


async def explain(
    redis: Redis,
    stream: str,
    settings: Settings,
    lines: Iterator[Line],
    wanted: str | None,
    *,
    batch_lines: int = MAX_BATCH,
) -> Explanation:
    """Replay ``lines`` on fresh state, which is dropped at the end, and explain the incident that is ``wanted``.

    ``stream`` gives the incidents their ids; its own state is not touched. Raises ChoiceError where several fit,
    UserError where none does, or only a burst.
    """
    witness, bursts = Witness(wanted or ""), set[str]()
    engine = Engine(
        redis,
        stream,
        settings,
        witness=witness,
        burst_witness=lambda moved: bursts.add(moved.burst.burst_id),
        kept_as=f"explain-{stream}",
    )
    await engine.store.drop()
    events: list[Event] = []
    try:
        await engine.start(origin="replay")
        async for step in run(engine, lines, "explain", batch_lines=batch_lines):
            events += step.events
    finally:
        await engine.store.drop()
    name = choose(witness.incidents, wanted, bursts)
    return explanation(stream, witness.moments[name], witness.looks, events, search_of(settings))


def choose(incidents: dict[str, str], wanted: str | None, bursts: Collection[str] = ()) -> str:
    """Return the id that is wanted, of incidents told in a line each; ``bursts`` are ids that stand for no incident."""
    found = [name for name in incidents if fits(name, wanted or "")]
    if wanted and not found and (burst := min((name for name in bursts if fits(name, wanted)), default="")):
        raise UserError(f"{burst} is a burst of a keyword, no incident: turfwatch bursts FILE... shows it")
    if not incidents:
        raise UserError("there is no incident in it to explain")
    if len(found) == 1:
        return found[0]
    if found:
        what = (
            "choose one with --incident" if wanted is None else f"--incident {wanted} is not enough to tell them apart"
        )
        raise ChoiceError(f"{len(found)} incidents: {what}", [incidents[name] for name in found])
    near = difflib.get_close_matches(f"{PREFIX}{(wanted or '').removeprefix(PREFIX)}", incidents, 1, 0.0)
    count = "the only one" if len(incidents) == 1 else f"of {len(incidents)} the nearest"
    raise UserError(f"no incident {wanted}; {count} is {near[0]}")


def search_of(settings: Settings) -> Search:
    """Return what the search asks for before it looks at a network."""
    alike = {name: int(value) for name, value in lookalike_settings().items() if isinstance(value, int)}
    return Search(
        min_accounts=settings.detection.min_accounts,
        min_objects=settings.detection.min_objects,
        group_authors=alike["group_authors"],
        group_alike=alike["group_alike"],
        group_evidence=alike["group_evidence"] / 1_000_000,
        single_evidence=alike["group_single"] / 1_000_000,
        rush_authors=alike["rush_authors"],
        rush_evidence=alike["rush_evidence"] / 1_000_000,
    )
