"""Text in, numbers out: normalisation, keywords, shingles, signatures. Pure."""
