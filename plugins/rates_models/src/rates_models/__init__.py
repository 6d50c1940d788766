"""Library of published models for rates: YAML files beside a plugin module that only says where they are."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.plugins import ModelLibrarySpec, hookimpl

rates_api = (1, 0)


@hookimpl
def rates_model_libraries() -> Iterable[ModelLibrarySpec]:
    """Offer the libraries `model_templates` and `neuron_model_templates`."""
    return (
        ModelLibrarySpec(
            name="model_templates",
            package="rates_models",
            directory="model_templates",
            reserved=True,
            summary="Neural mass models, oscillators and classical dynamical systems.",
        ),
        ModelLibrarySpec(
            name="neuron_model_templates",
            package="rates_models",
            directory="neuron_model_templates",
            summary="Single units for recurrent networks.",
        ),
    )
