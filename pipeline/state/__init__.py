"""Everything kept in Redis or Valkey: key schema, lifetimes, scripts."""
