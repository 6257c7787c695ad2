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
local SAMPLE = 19
local BASELINE = 21
local ALIKE = 22
local NAMED = 23
local TALKS = 24
local EDGES = 25
local NET_OF = 26
local NETS = 27
local NET_MEMBERS = 28
local NET_OBJECTS = 29
local NET_LINKS = 30
local NET_INCIDENT = 31
local KEPT = 32
local KEPT_TEXTS = 33
local KEPT_AUTHORS = 34
local TIMERS = 35
local DUE = 36
