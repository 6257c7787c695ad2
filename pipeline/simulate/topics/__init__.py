"""What the invented town of Harrowfen quarrels about, and what campaigns have to say on it."""
