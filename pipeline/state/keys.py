"""The key schema: every key of a stream, in the order in which the scripts take them.

All keys of a stream carry its hash tag ``{stream}``, so they lie in one slot of a cluster and one script call reaches
them all. Two generations of a HASH are told apart by parity: generation ``g`` lives in the key that ends in
``g % 2``; a key is dropped when the watermark has made it unreadable, never by a clock.

Packed values are little-endian; an author key and a post key are 8-byte BLAKE2b hashes of platform and id.
"""

from __future__ import annotations

from typing import Final

SCHEMA: Final = 11
"""Version of everything below; a store with another one is refused."""

KEYS: Final[dict[str, str]] = {
    "meta": "HASH position, watermark (ms), generations, next numbers, schema, settings hash, stream facts",
    "bands": "STRING of 40-bit slots, 16 a clustered post: number of the last cluster, mark of its band, generation",
    "objects:0": "HASH object number -> record (see lua/objects.lua), lives one to two index horizons",
    "objects:1": "the odd generation of it",
    "names:0": "HASH trace (kind and hash, 9 bytes) -> object number, or its only author; who answered whom (17 bytes)",
    "names:1": "the odd generation of it",
    "texts:0": "HASH object number -> up to 10 samples as rows of u16 length and bytes; the first text first",
    "texts:1": "the odd generation of it",
    "authors:0": "HASH author key -> author row (pipeline/state/rows.py) as of the last post, as long as pairs",
    "authors:1": "the odd generation of it",
    "seen:0": "HASH post key -> text hash, event time, whether deleted, author, words, its objects (lua/seen.lua)",
    "seen:1": "the odd generation of it",
    "crowd:0": "HASH object:author key -> '', for objects of more than 40 authors",
    "crowd:1": "the odd generation of it",
    "pairs:0": "HASH two author keys, smaller first -> weight in thousandths, lives one to two pair horizons",
    "pairs:1": "the odd generation of it",
    "groups:0": "HASH object number -> facts of up to 512 authors, 20 bytes each (see lua/lookalikes.lua)",
    "groups:1": "the odd generation of it",
    "history:0": "HASH author key -> numbers (u32) of the last 8 texts it shared with others, lives 36 to 72 hours",
    "history:1": "the odd generation of it",
    "sizes:0": "HASH object number -> authors, of texts in a history",
    "sizes:1": "the odd generation of it",
    "overlaps:0": "HASH two object numbers (u32), the later second -> a mark and the authors they share",
    "overlaps:1": "the odd generation of it",
    "sample:0": "HASH post key -> its words: a fair sample of the posts, in generations of its own (lua/replies.lua)",
    "sample:1": "the odd generation of it",
    "baseline": "HASH now, before -> MessagePack: histograms of the stream's authors over followers, following, births",
    "tags:0": "HASH trace of a tag -> authors of a generation of the baseline who used it when first seen",
    "tags:1": "the odd generation of it",
    "alike": "HASH object number -> open look-alike group: windows with their evidence, members inside and outside",
    "named": "HASH trace of a look-alike group's object -> a member, so that a ring that comes back stays one",
    "talks": "HASH author key -> keys of up to 16 accounts of networks with which they exchange answers",
    "edges": "HASH two author keys -> event time of the last co-action (ms), until the edge horizon has passed",
    "net:of": "HASH author key -> network number",
    "nets": "HASH network number -> packed state (see lua/networks.lua)",
    "net:members": "HASH network number -> author keys, in the order of joining",
    "net:objects": "HASH network number -> object numbers (u32), in the order of attaching",
    "net:links": "HASH network:object -> '', so that an object is attached once",
    "net:profile": "HASH network number -> windows in which its accounts look alike (lua/profiles.lua)",
    "net:incident": "HASH network number -> incident ids, separated by a space; several after a merge",
    "kept": "HASH object number -> header and up to 128 author keys of an object that a network holds",
    "kept:texts": "HASH object number -> its samples",
    "kept:authors": "HASH author key -> author row",
    "timers": "ZSET name of what is to be looked at -> event time (ms)",
    "due": "ZSET what has to be evaluated -> event time (ms)",
    "watch": "HASH pattern that an operator follows -> watch (JSON), as control lines say; at most 1,000",
    "allow": "HASH kind:value that an operator vouches for -> entry (JSON), as control lines say; at most 1,000",
    "answers": "HASH incident id -> what an operator answered (JSON), until it is told",
    "said": "LIST of what lines said, a block a call (pipeline/bursts/said.py): of the last hour and since `bursts`",
    "incidents": "HASH incident id -> incident (JSON)",
    "events": "LIST of incident events (JSON) in the order of their making; live, the outbox: those not yet told",
    "held": "HASH incident id -> what a digest is to tell of an incident that is held back (JSON)",
    "bursts": "STRING what was known of keywords when it was made (pipeline/bursts/snapshot.py)",
    "chronicle": "HASH incident id -> what of it is followed (pipeline/state/chronicle_rows.py); until -> ms known",
    "chronicle:hours": "HASH incident id:hour since 1970 -> when its accounts posted, posts on its keyword a minute",
    "flood": "STRING the flood guard (JSON): when incidents were told, how many are held back, since when",
}

OBSERVED: Final = 49
"""How many of the keys, from the first, the observe script takes."""


def stream_keys(stream: str) -> dict[str, str]:
    """Full key names of one stream, in the order of the schema."""
    return {name: f"tw:{{{stream}}}:{name}" for name in KEYS}
