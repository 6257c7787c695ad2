"""What is known of an incident's network now, for those who look at it: read from the store, nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.detect.allow import NOBODY, AllowList, joined
from pipeline.detect.assess import main_keyword
from pipeline.state.gather import gather_network
from pipeline.state.rivals import find_rivals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.bursts.burst import Burst
    from pipeline.detect.facts import NetworkFacts
    from pipeline.state.rows import NetworkRow
    from pipeline.state.store import Store


async def network_facts(
    store: Store, number: int, network: NetworkRow, now: int, bursts: Sequence[Burst] = ()
) -> NetworkFacts:
    """Return all facts of a network at ``now`` (ms), rivals too; ``bursts`` are those of the stream."""
    facts = await gather_network(store, number, network, now, bursts)
    rivals = await find_rivals(store, number, facts, main_keyword(facts), bursts)
    return msgspec.structs.replace(facts, rivals=rivals)


async def facts_of(
    store: Store, incident_id: str, *, configured: AllowList = NOBODY, bursts: Sequence[Burst] = ()
) -> tuple[NetworkFacts, AllowList] | None:
    """Return the facts of an incident's network as of the watermark, and whom an operator vouches for.

    ``configured`` is whom the settings vouch for, in every stream. None where no network has the incident any more: it
    was merged, is long over, or is a burst.
    """
    number = await network_of(store, incident_id)
    network = None if number is None else await store.network(number)
    if number is None or network is None:
        return None
    now = await store.watermark()
    facts = await network_facts(store, number, network, now, bursts)
    return facts, joined(configured, await store.allowed(), now)


async def network_of(store: Store, incident_id: str) -> int | None:
    """Return the number of the network that has an incident, None where none has."""
    wanted = incident_id.encode()
    found = (int(number) for number, row in (await store.items("net:incident")).items() if wanted in row.split())
    return next(found, None)
