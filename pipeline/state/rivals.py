"""Other open incidents of a stream on the same hashtag or in the same burst, with other texts and other accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.bursts.burst import keys_in_order
from pipeline.detect.burst_share import LEAST_POSTS
from pipeline.detect.facts import RivalFacts
from pipeline.incidents.model import Incident
from pipeline.state.rows import split_texts, unpack_object
from pipeline.text.normalise import normalise
from pipeline.text.signatures import signatures
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.bursts.burst import Burst
    from pipeline.detect.facts import NetworkFacts
    from pipeline.state.store import Store

MAX_NETWORKS: Final = 256
"""Networks with an incident that are looked at: those found last."""

MAX_TEXTS: Final = 64
"""Texts of a network that are compared: the most recent ones."""

SIMILAR: Final = 0.5
"""Estimated Jaccard similarity from which two texts are the same, as in the search for near-duplicates."""

MAX_RIVALS: Final = 5
"""Rivals that are named: those opened first."""


async def find_rivals(
    store: Store, number: int, facts: NetworkFacts, keyword: str, bursts: Sequence[Burst] = ()
) -> RivalFacts | None:
    """Return the rivals of a network whose main keyword is ``keyword``, or on a keyword that bursts; None without any.

    A mere word is nobody's subject until it bursts. No two networks share an account. One read of the networks with an
    incident, one of their incidents; accounts and texts of those alone that may be rivals.
    """
    is_tag = keyword.startswith("#")
    shared = [each for each in facts.bursts if each.own_posts >= LEAST_POSTS]
    told = await _told(store, number) if is_tag or shared else {}
    theirs = on_keyword(keyword, told) if is_tag else {}
    if told and not theirs:
        keyword, theirs = await _in_bursts(store, told, [(each.keyword, each.opened_at) for each in shared], bursts)
    if not theirs:
        return None
    texts = [each.samples[0] for each in facts.objects if each.kind == Kind.TEXT and each.samples][-MAX_TEXTS:]
    found: list[Incident] = []
    for other, incidents in theirs.items():
        if not alike(texts, await _texts(store, other)):
            found += incidents
    found.sort(key=lambda incident: (incident.opened_at, incident.incident_id))
    return RivalFacts(keyword, tuple(each.incident_id for each in found[:MAX_RIVALS])) if found else None


def alike(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether any text of one side is a near-duplicate of one of the other."""
    if not left or not right:
        return False
    ours, theirs = (signatures([normalise(text) for text in texts]) for texts in (left, right))
    return bool(((ours[:, None, :] == theirs[None, :, :]).mean(axis=2) >= SIMILAR).any())


async def _told(store: Store, own: int) -> dict[int, list[Incident]]:
    """Open incidents of other networks that have been told, by network, in the order of networks."""
    known = {int(name): row.decode().split() for name, row in (await store.items("net:incident")).items()}
    places = [(number, each) for number in sorted(known)[-MAX_NETWORKS:] if number != own for each in known[number]]
    found: dict[int, list[Incident]] = {}
    for (number, _), form in zip(places, await store.fields("incidents", [each for _, each in places]), strict=True):
        incident = None if form is None else msgspec.json.decode(form, type=Incident)
        if incident and incident.status == "open" and not incident.held:
            found.setdefault(number, []).append(incident)
    return found


def on_keyword(keyword: str, told: dict[int, list[Incident]]) -> dict[int, list[Incident]]:
    """Those incidents whose main keyword it is; after a merge a network has several, each with its own."""
    theirs = {number: [each for each in found if each.keywords[:1] == [keyword]] for number, found in told.items()}
    return {number: found for number, found in theirs.items() if found}


async def _in_bursts(
    store: Store, told: dict[int, list[Incident]], shared: Sequence[tuple[str, int]], bursts: Sequence[Burst]
) -> tuple[str, dict[int, list[Incident]]]:
    """Return the first of some bursts, by keyword and opening, that other networks post to as well, and these."""
    if not shared:
        return "", {}
    keys = {number: keys_in_order(await store.network_authors(number)) for number in told}
    opened = {(burst.keyword, burst.opened_at): burst for burst in bursts}
    for name in shared:
        burst = opened[name]
        theirs = {number: each for number, each in told.items() if burst.posts_by(keys[number])[0] >= LEAST_POSTS}
        if theirs:
            return burst.keyword, theirs
    return "", {}


async def _texts(store: Store, number: int) -> list[str]:
    """First samples of a network's most recent texts."""
    objects = [str(each) for each in await store.network_objects(number)]
    rows = zip(objects, await store.fields("kept", objects), strict=True)
    named = [name for name, row in rows if row is not None and unpack_object(int(name), row).kind == Kind.TEXT]
    samples = [split_texts(row or b"") for row in await store.fields("kept:texts", named[-MAX_TEXTS:])]
    return [texts[0] for texts in samples if texts]
