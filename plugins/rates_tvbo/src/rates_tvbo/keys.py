"""What the classes of TVBO's schema say (0.7), by which a misspelt key is told from one of a newer schema."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

_PARAMETER = (
    "comment dataset_path datatype default definition description distribution domain element_domains equation "
    "explored_values free grounding heterogeneous label measure name reported_optimum required shape source symbol "
    "unit value"
)
#: The keys of each class.
CLASSES: Mapping[str, frozenset[str]] = MappingProxyType({name: frozenset(keys.split()) for name, keys in {
    "SimulationExperiment": "additional_equations algorithms connectivity continuations coupling dataset description "
    "dynamics environment events execution explorations field_dynamics functions id inferences integration label model "
    "network observations optimizations references software stimulation workflow schema_version tvbo_class name",
    "Network": "bids bids_dir coordinate_space coupling data_file description descriptor distance_unit dynamics "
    "edge_matrix_files edge_template edges graph_generator label mesh node_mapping node_template nodes number_of_nodes "
    "observational_measures parameters parcellation parent_network primary_weight provenance structural_measures "
    "time_unit tractogram transforms schema_version tvbo_class iri",
    "Node": "description dynamics events id label parameters position record region state subnetwork",
    "Edge": "coupling delay description dimension_labels directed distance dynamics events format label name "
    "non_negative parameters source source_network source_var target target_network target_var unit valid_diagonal "
    "weight weighted",
    "Dynamics": "autonomous components compile coupling_inputs coupling_terms cse dataLocation derived_from_model "
    "derived_parameters derived_variables description events functions has_reference iri label local_coupling_term "
    "model_type modes modified name number_of_modes observed output parameters references source state_variables "
    "stimulus system_type",
    "StateVariable": "boundaries coupling_variable definition derivative_initial_value description distribution domain "
    "equation equation_order equation_type grounding history initial_value label name noise record "
    "stimulation_variable symbol unit variable_of_interest",
    "Parameter": _PARAMETER,
    "DerivedVariable": "cases conditional description equation grounding label name record symbol unit",
    "CouplingInput": "description dimension keys local name source",
    "Coupling": "aggregation coupling_function delayed description distribution incoming_states inner_coupling "
    "interpolate_delays iri label local_states name observed outsym parameters post_expression pre_expression "
    "region_mapping regional_connectivity sparse symmetry vectorized",
    "Event": "affect affect_negative affect_parameters affect_states condition condition_parameters condition_states "
    "dataLocation description duration equation event_type interpolation label name nodes parameters sampling_rate "
    "target_component target_regions target_variable trigger_times weight_distribution weights",
    "Equation": "conditionals definition description engine label latex lhs parameters pycode rhs",
    "Function": "acronym aggregate apply_on_dimension arguments callable definition description equation input iri "
    "label name output output_equation requirements source_code time_range",
    "Noise": "additive correlated distribution equation function gaussian intensity noise_type parameters pycode "
    "random_state seed targets",
    "Range": "element enforce explored_values hi lo log_scale n step",
    "Distribution": "axis correlation domain function name parameters seed",
    "Integrator": "abs_tol delayed description differentiation duration intermediate_expressions method noise "
    "number_of_stages parameters rel_tol scipy_ode_base state_wise_sigma step_size steps time_scale transient_time "
    "unit update_expression",
    "ConditionalBlock": "condition expression",
    "Case": "condition equation",
}.items()})  # fmt: skip

#: Which class stands under a key.
SLOTS: Mapping[str, str] = MappingProxyType({
    "network": "Network", "connectivity": "Network", "integration": "Integrator", "nodes": "Node", "edges": "Edge",
    "dynamics": "Dynamics", "state_variables": "StateVariable", "parameters": "Parameter",
    "derived_parameters": "Parameter", "derived_variables": "DerivedVariable", "coupling_inputs": "CouplingInput",
    "coupling": "Coupling", "events": "Event", "equation": "Equation", "condition": "Equation", "affect": "Equation",
    "pre_expression": "Equation", "post_expression": "Equation", "coupling_function": "Equation",
    "functions": "Function", "transforms": "Function", "noise": "Noise", "domain": "Range", "boundaries": "Range",
    "distribution": "Distribution", "conditionals": "ConditionalBlock", "cases": "Case",
})  # fmt: skip


def misspelt(keys: Iterable[str], known: Collection[str]) -> tuple[str, str] | None:
    """Return a key that is none of the known ones, and one of those, not there, that it is much like; or None."""
    found = set(keys)
    for key in sorted(found - set(known)):
        alike = get_close_matches(key, sorted(set(known) - found), 1, 0.8)
        if alike:
            return key, alike[0]
    return None
