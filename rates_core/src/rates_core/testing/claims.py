"""Which family of cases tests which claim of a backend."""

from __future__ import annotations

from collections.abc import Mapping

#: For each field of `Capabilities` the family in which a backend fails that does not keep what it claims there.
FAMILY_OF_CLAIM: Mapping[str, str] = {
    "dtypes": "precision",
    "complex": "functions",
    "vector": "functions",
    "projections": "projections",
    "delays": "delays",
    "differentiation": "gradients",
    "devices": "devices",
    "batch": "batches",
    "fused": "fused loops",
    "noise": "noise",
    "events": "events",
    "functions": "functions",
    "jacobian": "jacobian",
    "files": "files",
    "field": "fields",
}
