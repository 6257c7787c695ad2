-- Part of observe.lua: the settings, and what its parts share.
-- Test: tests/property/test_state.py

local TEXT, REPLY, HASHTAG, REPOSTED, CASHTAG = 0, 2, 4, 5, 6  -- kinds of objects; pipeline/text/traces.py has them all

local OPEN = 1                      -- an object's look-alikes have been found

local settings = cmsgpack.unpack(ARGV[2])
local watermark                     -- event time (ms), nil before the first line
local timer                         -- the earliest event time (ms) at which something is to be looked at
local due = ''                      -- what the line at hand has made due
local next_net = 0
local index_begin = 0               -- event time (ms) at which the index generation of the watermark began
local copiers, copiers_before = 0, 0  -- authors who share texts, in either generation of their history
