"""turfwatch: finds coordinated campaigns in streams of social-media posts."""

__version__ = "0.1.0"
