"""Names that distributions of this project bring, so that an error can say what to install."""

from __future__ import annotations

from collections.abc import Mapping

KNOWN: Mapping[str, Mapping[str, str]] = {
    "backend": {
        "numpy": "rates-numpy",
        "numba": "rates-numba",
        "torch": "rates-torch",
        "tf": "rates-tf",
        "jax": "rates-jax",
        "fortran": "rates-fortran",
        "julia": "rates-julia",
        "matlab": "rates-matlab",
    },
    "solver": {
        "scipy": "rates-scipy",
        "diffrax": "rates-jax",
        "diffeq": "rates-julia",
        "midpoint": "rates-runge-kutta",
        "ralston": "rates-runge-kutta",
        "three_eighths": "rates-runge-kutta",
        "bogacki_shampine": "rates-runge-kutta",
        "dormand_prince": "rates-runge-kutta",
        "dormand_prince_8": "rates-runge-kutta",
        "bosh3": "rates-runge-kutta",
        "dopri5": "rates-runge-kutta",
        "dop853": "rates-runge-kutta",
    },
    "delay strategy": {
        "gamma": "rates-delay-gamma",
        "ring": "rates-delay-ring",
        "history": "rates-delay-history",
    },
    "analysis": {
        "sobol_indices": "rates-sensitivity",
        "morris_effects": "rates-sensitivity",
        "continuation": "rates-continuation",
        "fit": "rates-fit",
        "simulator": "rates-fit",
        "levenberg-marquardt": "rates-fit",
        "lbfgs": "rates-fit",
        "multiple-shooting": "rates-fit",
        "evolution": "rates-fit",
        "rnn": "rates-rnn",
    },
    "executor": {"dask": "rates-dask", "joblib": "rates-joblib"},
    "model library": {"model_templates": "rates-models", "neuron_model_templates": "rates-models"},
    "format": {
        "tvbo": "rates-tvbo",
        "sbml": "rates-sbml",
        "xppaut": "rates-xppaut",
        "neuroml": "rates-neuroml",
    },
    "command": {},
}

#: What other tools call a backend.
ALIASES = {"tensorflow": "tf", "pytorch": "torch", "octave": "matlab", "default": "numpy", "cuda": "torch"}

#: Distributions of this project, those that bring no name of their own among them.
DISTRIBUTIONS = frozenset({"rates-core", "rates-runge-kutta", "rates-pyrates"}).union(
    *(names.values() for names in KNOWN.values())
)
