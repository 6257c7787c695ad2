"""The incident, its life and its public JSON. Pure."""
