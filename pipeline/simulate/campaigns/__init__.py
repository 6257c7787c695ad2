"""Campaigns: what hired accounts do."""
