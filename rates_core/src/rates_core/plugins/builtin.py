"""Light module of what core itself brings; it goes through the same hooks as any plugin."""

rates_api = (1, 0)
