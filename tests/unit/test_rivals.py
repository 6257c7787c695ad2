"""Which incidents are on one keyword."""

from __future__ import annotations

from pipeline.incidents.model import Incident
from pipeline.state.rivals import on_keyword


def incident(name: str, *keywords: str) -> Incident:
    return Incident(
        incident_id=name,
        revision=1,
        status="open",
        kind="coordinated-network",
        severity="warning",
        accounts=5,
        platforms=["x"],
        opened_at=0,
        published_at=0,
        keywords=list(keywords),
    )


def test_of_a_merged_network_only_the_incidents_on_the_keyword_are_rivals() -> None:
    bridge, tram = incident("b", "#bridge", "#tram"), incident("t", "#tram", "#bridge")
    told = {1: [tram, bridge], 2: [tram], 3: [incident("w")]}

    assert on_keyword("#bridge", told) == {1: [bridge]}
    assert on_keyword("#tram", told) == {1: [tram], 2: [tram]}
