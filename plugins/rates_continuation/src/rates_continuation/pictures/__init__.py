"""Pictures of branches, curves, cycles and spectra, as a paper takes them."""
