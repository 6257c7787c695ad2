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
local GROUPS = 17
local BASELINE = 19
local ALIKE = 20
local NAMED = 21
local EDGES = 22
local NET_OF = 23
local NETS = 24
local NET_MEMBERS = 25
local NET_OBJECTS = 26
local NET_LINKS = 27
local NET_INCIDENT = 28
local KEPT = 29
local KEPT_TEXTS = 30
local KEPT_AUTHORS = 31
local TIMERS = 32
local DUE = 33
