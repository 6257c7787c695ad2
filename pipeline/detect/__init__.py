"""What makes accounts suspicious: weights, templates, evidence, score. Pure."""
