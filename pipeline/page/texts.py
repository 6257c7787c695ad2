"""The texts that were posted again and again: frames, what filled their slots, variants as they were posted. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline.detect.assess import ranked_texts
from pipeline.detect.templates import align
from pipeline.page.model import TextPart, TextShown
from pipeline.text.traces import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.detect.assess import TemplateShown
    from pipeline.detect.facts import NetworkFacts, ObjectFacts
    from pipeline.page.source import Names

SHOWN: Final = 20
"""Texts that a page shows, the most posted."""

WHAT: Final = {kind: kind.name.lower() for kind in Kind} | {Kind.CASHTAG: "hashtag"}
"""What objects are called."""

SLOT: Final = "…"
"""What stands for a slot in a frame."""


def build_texts(facts: NetworkFacts, platforms: Mapping[bytes, str], names: Names) -> tuple[list[TextShown], int]:
    """Return the most posted texts, and how many more there are; ``platforms`` of accounts, by author key."""
    ranked = ranked_texts(facts.objects)
    return [_of_object(each, platforms, names) for each in ranked[:SHOWN]], max(0, len(ranked) - SHOWN)


def told_texts(templates: Sequence[TemplateShown], platform: str, names: Names) -> list[TextShown]:
    """Return texts as an event tells them."""
    return [
        show(
            [names.text(sample, platform) for sample in each.samples or [each.text]],
            posts=each.posts,
            accounts=each.accounts,
            cluster=each.cluster,
        )
        for each in templates
    ]


def _of_object(each: ObjectFacts, platforms: Mapping[bytes, str], names: Names) -> TextShown:
    platform = next((platforms[key] for key in each.keys if key in platforms), "")
    return show(
        [names.text(sample, platform) for sample in each.samples],
        posts=each.posts,
        accounts=each.authors,
        first_at=each.first,
        last_at=each.last,
        cluster=each.founder.hex() if each.kind == Kind.TEXT else "",
        what=WHAT[each.kind],
    )


def show(
    samples: Sequence[str],
    *,
    posts: int,
    accounts: int,
    first_at: int | None = None,
    last_at: int | None = None,
    cluster: str = "",
    what: str = "text",
) -> TextShown:
    """Return samples as variants of a frame. Parts side by side make up a text, its words one space apart."""
    aligned = align(samples)
    rows = list(dict.fromkeys(aligned.gaps))
    # Texts that have no word in common have no frame: each is shown as it is, the first of them above.
    places = aligned.slots() if aligned.frame else []
    variants = (
        [_parts(aligned.frame, places, row) for row in rows]
        if aligned.frame
        else [[TextPart(" ".join(text.split()))] for text in dict.fromkeys(samples)]
    )
    filled = dict.fromkeys(places, SLOT)
    frame = [filled.get(place, "") for place in range(len(aligned.frame) + 1)]
    return TextShown(
        frame=_parts(aligned.frame, places, frame) if aligned.frame else variants[0],
        fillings=[list(dict.fromkeys(row[place] for row in rows)) for place in places],
        variants=variants,
        posts=posts,
        accounts=accounts,
        first_at=first_at,
        last_at=last_at,
        cluster=cluster,
        what=what,
    )


def _parts(frame: Sequence[str], places: Sequence[int], gaps: Sequence[str]) -> list[TextPart]:
    """Return a text as its parts: what is fixed carries the spaces."""
    pieces: list[tuple[str, int | None]] = []
    for place, gap in enumerate(gaps):
        if gap:
            pieces.append((gap, places.index(place) + 1))
        if place < len(frame):
            if pieces and pieces[-1][1] is None:
                pieces[-1] = (f"{pieces[-1][0]} {frame[place]}", None)
            else:
                pieces.append((frame[place], None))
    last = len(pieces) - 1
    return [
        TextPart(text, slot) if slot else TextPart(f"{' ' * (at > 0)}{text}{' ' * (at < last)}")
        for at, (text, slot) in enumerate(pieces)
    ]
