"""NumPy backend of rates: readable Python, scalars for single units and arrays for populations."""
