"""Recorded streams: one file per format, read as lines in event order."""
