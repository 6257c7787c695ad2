"""A seeded generator of labelled recordings: organic chatter with a campaign in it. One seed, one stream."""
