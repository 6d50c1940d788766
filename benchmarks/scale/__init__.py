"""Constants of the model of cost in `docs/explanation/scale.md`, and simulated clusters that it is checked by.

`python -m benchmarks.scale --write docs/explanation/scale.md` measures all of them and writes the page's tables anew.
Constants are processor times, which do not depend on what else a machine does; times of clusters are wall times.
"""
