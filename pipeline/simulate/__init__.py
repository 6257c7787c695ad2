"""A seeded generator of labelled recordings: organic chatter and campaigns in it. The same seed gives the same bytes."""
