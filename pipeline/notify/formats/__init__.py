"""Events in the forms that receivers take: pure functions from events to the body of one message."""
