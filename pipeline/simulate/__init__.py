"""A seeded generator of labelled recordings: organic chatter, organic copies, campaigns. One seed, one stream."""
