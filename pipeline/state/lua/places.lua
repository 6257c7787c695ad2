-- Part of observe.lua and prune.lua: places of the keys in KEYS; pipeline/state/keys.py documents each.
-- Test: tests/unit/test_layers.py holds these numbers against keys.py.

local META = 1
local BANDS = 2
local OBJECTS = 3         -- two generations each, even parity first
local NAMES = 5
local TEXTS = 7
local AUTHORS = 9
local SEEN = 11
local CROWD = 13
local PAIRS = 15
local EDGES = 17
local NET_OF = 18
local NETS = 19
local NET_MEMBERS = 20
local NET_OBJECTS = 21
local NET_LINKS = 22
local NET_INCIDENT = 23
local KEPT = 24
local KEPT_TEXTS = 25
local KEPT_AUTHORS = 26
local TIMERS = 27
local DUE = 28
