"""The meaning of a model: one schedule of statements over all populations, free of any language."""
