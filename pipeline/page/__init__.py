"""The page of an incident, and the overview of all: a pure model, its words in several languages, its templates."""
