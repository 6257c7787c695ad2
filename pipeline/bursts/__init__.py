"""Keywords that come up suddenly, and what operators always follow: pure."""
