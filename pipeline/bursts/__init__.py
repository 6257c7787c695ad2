"""Keyword bursts: every keyword in sliding windows of event time, against its own baseline; what operators follow.

What lines said is kept in Redis beside the position (`said`); what follows from it is computed here and may be lost at
any time: a snapshot and the lines since give the same again.
"""
