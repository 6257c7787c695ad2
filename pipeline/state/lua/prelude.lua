-- Part of observe.lua: the settings, and what its parts share.
-- Test: tests/property/test_state.py

local TEXT = 0            -- the kind of a near-duplicate text; pipeline/text/traces.py has them all

local settings = cmsgpack.unpack(ARGV[2])
local next_net = 0
local now_text = '0'      -- the watermark, as it is stored
