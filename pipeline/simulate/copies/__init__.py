"""Organic copies: many accounts post the same without anybody having hired them. None of it is a campaign."""
