-- Part of observe.lua: places of the keys (pipeline/state/keys.py documents each) and the settings.
-- Test: tests/unit/test_layers.py holds these numbers against keys.py.

local META = 1
local BANDS = 2
local CLUSTERS = 3        -- two generations each, even parity first
local TEXTS = 5
local AUTHORS = 7
local SEEN = 9
local CROWD = 11
local PAIRS = 13
local EDGES = 15
local NET_OF = 16
local NETS = 17
local NET_MEMBERS = 18
local NET_CLUSTERS = 19
local NET_LINKS = 20
local NET_INCIDENT = 21
local KEPT = 22
local KEPT_TEXTS = 23
local KEPT_AUTHORS_KEY = 24
local TIMERS = 25
local DUE = 26

local settings = cmsgpack.unpack(ARGV[2])
local next_net = 0
local now_text = '0'
