"""What rates costs, as ratios against limits and peers that are measured in the same run: `python -m benchmarks`."""
