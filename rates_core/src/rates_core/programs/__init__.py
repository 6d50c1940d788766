"""From a System to source text and callables: what backends share."""
