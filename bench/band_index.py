"""The two forms of a band index side by side: HASH fields in two generations, and one STRING of u32 slots.

Each post reads its 16 bands and writes those that differ, as a founded or joined cluster does; 200 posts a call.
Prints posts/s of the calls alone, bytes a post when the index is fullest, and how many posts had a candidate:
in the STRING also by chance, where two bands share a slot, which the comparison of signatures then refuses.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.embedded import embedded_server
from pipeline.post import Post
from pipeline.recordings.read import read_lines
from pipeline.state.client import connect
from pipeline.text.features import MIN_LETTERS, features

if TYPE_CHECKING:
    from redis.asyncio import Redis

DATA = Path(os.environ.get("TURFWATCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
RECORDING = DATA / "koch-farms-2015.jsonl.gz"
BATCH = 200
HORIZON_MS = 5_400_000
SPACE = 1 << 31

HASH_FORM = """
local seen = 0
for i = 3, #ARGV, 2 do
  local number, bands = tonumber(ARGV[i]), {struct.unpack('<I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4', ARGV[i + 1])}
  bands[17] = nil
  for band = 1, 16 do bands[band] = struct.pack('<I4', bands[band]) end
  local held = redis.call('HMGET', KEYS[1], unpack(bands))
  local missing, at = {}, {}
  for band = 1, 16 do
    if not held[band] then
      missing[#missing + 1] = bands[band]
      at[#at + 1] = band
    end
  end
  if #missing > 0 then
    local older = redis.call('HMGET', KEYS[2], unpack(missing))
    for n = 1, #missing do held[at[n]] = older[n] end
  end
  local known
  for band = 1, 16 do known = known or held[band] end
  if known then
    seen = seen + 1
    number = known
  end
  local row = {}
  for band = 1, 16 do
    if held[band] ~= number then
      row[#row + 1] = bands[band]
      row[#row + 1] = number
    end
  end
  if #row > 0 then redis.call('HSET', KEYS[1], unpack(row)) end
end
return seen
"""

STRING_FORM = """
local seen, floor, count = 0, tonumber(ARGV[1]), tonumber(ARGV[2])
local read = {}
for band = 0, 15 do
  read[3 * band + 1] = 'GET'
  read[3 * band + 2] = 'u32'
end
for i = 3, #ARGV, 2 do
  local number, bands = tonumber(ARGV[i]), {struct.unpack('<I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4', ARGV[i + 1])}
  for band = 1, 16 do read[3 * band] = '#' .. bands[band] % count end
  local held = redis.call('BITFIELD_RO', KEYS[1], unpack(read))
  local known
  for band = 1, 16 do
    -- A number below the floor belongs to a dead cluster.
    if not known and held[band] > floor then known = held[band] end
  end
  if known then
    seen = seen + 1
    number = known
  end
  local row = {}
  for band = 1, 16 do
    if held[band] ~= number then
      local n = #row
      row[n + 1], row[n + 2], row[n + 3], row[n + 4] = 'SET', 'u32', read[3 * band], number
    end
  end
  if #row > 0 then redis.call('BITFIELD', KEYS[1], unpack(row)) end
end
return seen
"""


async def measure(client: Redis, batches: list[tuple[int, list[bytes | int]]], slots: int | None) -> None:
    """Run one form; ``slots`` is the size of the table, None for HASH fields."""
    await client.flushall()
    script = await client.script_load(STRING_FORM if slots else HASH_FORM)
    seconds, seen, fullest, floor_before, floor, generation, done = 0.0, 0, 0, 0, 0, None, 0
    if slots:
        await client.setrange("table", 4 * slots - 1, b"\0")
    for at, args in batches:
        if generation != at // HORIZON_MS:
            generation = at // HORIZON_MS
            floor_before, floor = floor, done
            if not slots:
                used = [await client.memory_usage(f"g{n}", samples=0) or 0 for n in (0, 1)]
                fullest = max(fullest, sum(used))
                await client.unlink(f"g{generation % 2}")
        keys = ["table"] if slots else [f"g{generation % 2}", f"g{1 - generation % 2}"]
        start = time.perf_counter()
        seen += await client.evalsha(script, len(keys), *keys, floor_before, slots or 0, *args)
        seconds += time.perf_counter() - start
        done += len(args) // 2
    if slots:
        fullest = await client.memory_usage("table", samples=0) or 0
    name = f"STRING of {slots:,} slots" if slots else "HASH, two generations"
    print(f"{name:28} {done / seconds:9,.0f} posts/s {fullest / 2**20:8.1f} MiB at most {seen:9,} candidates")


async def main() -> None:
    if not RECORDING.is_file():
        sys.exit(f"bench: {RECORDING} is not here; name the folder of the recordings with TURFWATCH_DATA")
    posts = [line for line in read_lines([str(RECORDING)]) if isinstance(line, Post)]
    batches: list[tuple[int, list[bytes | int]]] = []
    for at in range(0, len(posts), BATCH):
        some = posts[at : at + BATCH]
        found = features([p.text for p in some], [bool(p.is_repost) for p in some], SPACE)
        args: list[bytes | int] = []
        for n in range(len(some)):
            if found.letters[n] >= MIN_LETTERS:
                args += (at + n + 1, found.slots[n].astype("<u4").tobytes())
        batches.append((some[0].at, args))
    async with embedded_server() as url, connect(url, 10) as client:
        for _ in range(2):
            for slots in (None, 1 << 20, 1 << 22):
                await measure(client, batches, slots)


if __name__ == "__main__":
    asyncio.run(main())
