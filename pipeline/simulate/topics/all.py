"""All topics and pitches by name."""

from __future__ import annotations

from typing import Final

from pipeline.simulate.topics import dairy, ferry, town, tram, water

PITCHES: Final = {
    pitch.name: pitch
    for pitch in (
        water.DIRTY,
        tram.YES,
        tram.NO,
        ferry.SELL,
        ferry.KEEP,
        town.CLOSE,
        town.NOISE,
        town.PAY,
        dairy.POISON,
    )
}
TOPICS: Final = {pitch.topic.name: pitch.topic for pitch in PITCHES.values()}

RIVALS: Final = (("line4-yes", "line4-no"), ("ferry-sell", "ferry-keep"))
"""Pairs of pitches that quarrel over one topic."""
