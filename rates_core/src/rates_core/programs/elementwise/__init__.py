"""Programs in languages that are written element by element: where everything stands, and runs in chunks."""
