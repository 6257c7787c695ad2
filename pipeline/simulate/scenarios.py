"""Named scenarios. Each is drawn anew for a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from pipeline.simulate.campaigns.swarm import Swarm
from pipeline.simulate.draw import between, derived, one, whole
from pipeline.simulate.hard import hard_negatives
from pipeline.simulate.lots import draw_lots
from pipeline.simulate.planner import Planner
from pipeline.simulate.scenario import Scenario
from pipeline.simulate.topics.all import PITCHES, RIVALS, TOPICS

if TYPE_CHECKING:
    from random import Random

    from pipeline.simulate.part import Campaign, Part

ScenarioName = Literal["demo", "everything", "organic"]
SCENARIOS: Final[tuple[ScenarioName, ...]] = get_args(ScenarioName)

DAY_ONE_MS: Final = 1_767_225_600_000
"""1 January 2026."""

DEFAULT_POSTS: Final = 20_000
EVERYWHERE: Final = ("plaza", "lantern", "hedge")
_HOUR: Final = 60.0


def draw_scenario(name: ScenarioName, seed: int, posts: int = DEFAULT_POSTS) -> Scenario:
    """Return a named scenario as a seed has it; ``posts`` is about how many ordinary posts go on besides."""
    random = derived(seed, f"scenario/{name}")
    minutes = _HOUR * (whole(random, 9, 10) if name == "demo" else whole(random, 10, 13))
    parts: list[Part] = []
    if name != "organic":
        parts += (_demo if name == "demo" else _everything)(Planner(random, 75, minutes - 30))
    parts += hard_negatives(random, minutes)
    swarms = [PITCHES[part.pitch].topic.name for part in parts if isinstance(part, Swarm)]
    return Scenario(
        name=name,
        begin=DAY_ONE_MS + int(3_600_000 * (24 * random.randrange(200) + whole(random, 5, 9))),
        minutes=minutes,
        posts=posts,
        crowd=max(3000, int(posts * between(random, 0.3, 0.5))),
        topics=(*TOPICS, *swarms, *swarms),
        parts=tuple(parts),
    )


def _demo(planner: Planner) -> list[Part]:
    """A network with joiners, two rivals, a wave, a ring, a swarm, and a wave that vanishes."""
    network = planner.network("dirty-water", planner.take("dirty-water"), language="en")
    return [
        network,
        planner.joiners(network),
        *_rivals(planner, planner.random),
        planner.wave("wave"),
        planner.ring("ring"),
        planner.swarm("swarm"),
        planner.wave("vanishing", vanish_minutes=between(planner.random, 3, 12)),
    ]


def _everything(planner: Planner) -> list[Part]:
    """Every kind of campaign, from young accounts and from old ones, English and German, on all platforms."""
    random = planner.random
    rivals = _rivals(planner, random)
    young = planner.network("network-young", lots=draw_lots(random, "young"))
    aged = planner.network("network-aged", lots=draw_lots(random, "aged"))
    german = planner.network("network-german", language="de")
    spread = planner.network("network-spread", platforms=EVERYWHERE, accounts=whole(random, 30, 60))
    vanishing = planner.network("network-vanishing", vanish_minutes=between(random, 4, 12), mingle=0.0)
    wave_young = planner.wave("wave-young", lots=draw_lots(random, "young"), tagged=True)
    wave_aged = planner.wave("wave-aged", lots=draw_lots(random, "aged"), tagged=False)
    wave_vanishing = planner.wave("wave-vanishing", vanish_minutes=between(random, 3, 10))
    campaigns: list[Campaign] = [
        *rivals,
        young,
        aged,
        german,
        spread,
        vanishing,
        wave_young,
        wave_aged,
        wave_vanishing,
        planner.ring("ring-young", lots=draw_lots(random, "young")),
        planner.ring("ring-aged", lots=draw_lots(random, "aged")),
        planner.swarm("swarm"),
    ]
    return [*campaigns, *(planner.joiners(campaign) for campaign in (rivals[0], young, spread, wave_young))]


def _rivals(planner: Planner, random: Random) -> list[Campaign]:
    """Two networks on one topic, at the same time, with different texts."""
    left, right = one(random, RIVALS)
    first = planner.network(f"rival-{left}", planner.take(left))
    second = planner.network(
        f"rival-{right}",
        planner.take(right),
        start=first.start + between(random, 0, 0.5 * first.minutes),
        minutes=first.minutes,
        language=first.language,
    )
    return [first, second]
