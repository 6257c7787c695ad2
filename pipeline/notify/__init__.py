"""Incident events on their way to people: how they are signed, where they may go, when they are tried again."""
