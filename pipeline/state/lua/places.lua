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
local HISTORY = 19
local SIZES = 21
local OVERLAPS = 23
local BASELINE = 25
local TAGS = 26
local ALIKE = 28
local NAMED = 29
local EDGES = 30
local NET_OF = 31
local NETS = 32
local NET_MEMBERS = 33
local NET_OBJECTS = 34
local NET_LINKS = 35
local NET_INCIDENT = 36
local KEPT = 37
local KEPT_TEXTS = 38
local KEPT_AUTHORS = 39
local TIMERS = 40
local DUE = 41
