"""A text leads to one file and name, in a fixed order of places; nothing of a package is executed."""

from __future__ import annotations

import os
import sys

import pytest
from rates_core.errors import ModelFileError
from rates_core.yaml.reader import load
from rates_core.yaml.references import locate

FORMS = "A template is named as 'folder.file.Name', './file/Name', '/folder/file/Name' or 'library:file/Name'."
OPERATOR = '{name}: {{base: OperatorTemplate, equations: "x\' = -x", variables: {{x: variable({value})}}}}\n'


def operator(value: float, name: str = "Name") -> str:
    return OPERATOR.format(name=name, value=value)


def initial_value(reference, **options):
    return load(reference, **options).variables["x"].value


def error(text, folder):
    with pytest.raises(ModelFileError) as caught:
        locate(text, folder, folder)
    return str(caught.value).replace(str(folder), "<folder>")


@pytest.fixture
def package(models, tmp_path, monkeypatch):
    """Return a package of model files whose code must not run."""
    folder = tmp_path / "site" / "kennel"
    (folder / "inner").mkdir(parents=True)
    for place in (folder, folder / "inner"):
        (place / "__init__.py").write_text("raise RuntimeError('a package of model files was imported')")
    (folder / "inner" / "model.yaml").write_text(operator(3))
    monkeypatch.syspath_prepend(tmp_path / "site")
    return folder


@pytest.mark.parametrize("ending", [".yaml", ".yml"])
@pytest.mark.parametrize("text", ["a.b.model.Name", "a/b/model/Name", "./a/b/model/Name", "{folder}/a/b/model/Name"])
def test_folders_file_and_name_are_joined_by_dots_or_slashes(models, text, ending):
    models.write(operator(1), f"a/b/model{ending}")
    assert initial_value(text.format(folder=models.folder)) == 1.0


def test_a_path_may_name_the_file_with_its_ending(models):
    path = models.write(operator(1), "a/model.yaml")
    assert initial_value(f"{path}/Name") == 1.0
    assert initial_value("a/model.yaml/Name") == 1.0
    assert initial_value(path) == 1.0
    assert initial_value("a/model.yaml") == 1.0
    os.chdir("a")
    assert initial_value("model.yaml") == 1.0


def test_a_path_without_ending_may_name_the_file_alone(models):
    models.write(operator(1), "a/model.yaml")
    for text in ("a/model", "a.model", "./a/model", models.folder / "a" / "model"):
        assert initial_value(text) == 1.0


def test_a_name_in_a_file_wins_over_a_file_without_name(models):
    models.write(operator(1, "inner"), "model.yaml")
    models.write(operator(2), "model/inner.yaml")
    assert initial_value("model/inner") == 1.0
    assert initial_value("model/inner/Name") == 2.0


def test_paths_may_lead_upwards(models):
    models.write(operator(1), "a/model.yaml")
    (models.folder / "b").mkdir()
    os.chdir("b")
    assert initial_value("../a/model/Name") == 1.0
    assert initial_value("./../a/model/Name") == 1.0


def test_the_directory_where_references_begin_may_be_given(models):
    models.write(operator(1), "a/model.yaml")
    os.chdir("/")
    assert initial_value("model.Name", base_directory=models.folder / "a") == 1.0
    assert initial_value("./model/Name", base_directory=str(models.folder / "a")) == 1.0


def test_dots_and_slashes_in_a_file_begin_in_the_working_directory_and_paths_beside_the_file(models):
    models.write(operator(1), "model.yaml")
    models.write(operator(2), "a/model.yaml")
    models.write("Dots: {base: model.Name}\nSlash: {base: ./model/Name}\nUp: {base: ../model/Name}\n", "a/derived.yaml")
    assert [initial_value(f"a.derived.{name}") for name in ("Dots", "Slash", "Up")] == [1.0, 2.0, 1.0]


def test_a_name_in_the_same_file_comes_first_whatever_it_looks_like(models):
    models.write(operator(1), "a/model.yaml")
    models.write(operator(2, "a.model.Name") + "Derived: {base: a.model.Name}\n", "b.yaml")
    assert initial_value("b/Derived") == 2.0


def test_the_working_directory_comes_before_a_library(models):
    tanh = "neuron_model_templates.rate_neurons.leaky_integrator.tanh"
    assert load(tanh).name == "tanh"
    models.write(operator(1, "tanh"), "neuron_model_templates/rate_neurons/leaky_integrator.yaml")
    assert initial_value(tanh) == 1.0
    assert load("neuron_model_templates:rate_neurons/leaky_integrator/tanh") != load(tanh)


def test_a_reserved_name_means_its_library_and_then_the_working_directory(models):
    models.write(operator(1, "qif"), "model_templates/neural_mass_models/qif.yaml")
    assert load("model_templates.neural_mass_models.qif.qif").nodes.keys() == {"p"}
    models.write(operator(1, "mine"), "model_templates/own.yaml")
    assert initial_value("model_templates.own.mine") == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "model_templates.neural_mass_models.qif.qif_sfa",
        "model_templates/neural_mass_models/qif/qif_sfa",
        "model_templates:neural_mass_models/qif/qif_sfa",
        "model_templates:neural_mass_models.qif.qif_sfa",
        "rates_models.model_templates.neural_mass_models.qif.qif_sfa",
    ],
)
def test_libraries_and_packages_are_found_from_anywhere(models, text):
    assert load(text).name == "qif_sfa"


def test_the_data_of_a_package_is_read_and_its_code_is_not_run(package):
    path = list(sys.path)
    assert initial_value("kennel.inner.model.Name") == 3.0
    assert initial_value("kennel/inner/model/Name") == 3.0
    assert "kennel" not in sys.modules
    assert sys.path == path


def test_a_package_needs_no_init_file(models, tmp_path, monkeypatch):
    models.write(operator(4), "../site/only_templates/model.yaml")
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert initial_value("only_templates.model.Name") == 4.0


def test_a_name_with_a_dot_before_a_slash_imports_nothing(package, models):
    assert error("kennel.inner/model/Name", models.folder) == (
        "'kennel.inner/model/Name' leads to no model file: there is no "
        "'kennel.inner/model.yaml' in the working directory '<folder>'. "
        f"No model library or package is named 'kennel.inner'. {FORMS}"
    )
    assert "kennel" not in sys.modules


def test_a_module_that_is_no_package_holds_no_templates(models):
    assert error("textwrap.model.Name", models.folder) == (
        "'textwrap.model.Name' leads to no model file: there is no 'textwrap/model.yaml' in the working directory "
        f"'<folder>'. No model library or package is named 'textwrap'. {FORMS}"
    )


def test_an_unknown_library_is_an_error_with_the_closest_one(models):
    error = models.error_of(lambda: load("model_templats:neural_mass_models/qif/qif"))
    assert error.startswith(
        "UnknownNameError: There is no model library 'model_templats'. Did you mean 'model_templates'"
    )


def test_the_library_in_the_box_says_how_to_install_it_where_it_is_not(models, monkeypatch):
    from rates_core.plugins import manager

    core = [plugin for plugin in manager.load_plugins() if plugin.distribution == "rates-core"]
    monkeypatch.setattr(manager, "load_plugins", lambda: core)
    monkeypatch.setattr("rates_core.plugins.get_manager", lambda: manager.PluginManager())
    missing = (
        "The model library 'model_templates' is not installed. Install it with: pip install rates-models. "
        "No model library is installed."
    )
    assert error("model_templates.neural_mass_models.qif.qif", models.folder) == (
        "'model_templates.neural_mass_models.qif.qif' leads to no model file: there is no "
        f"'model_templates/neural_mass_models/qif.yaml' in the working directory '<folder>'. {missing} {FORMS}"
    )
    text = models.error_of(lambda: load("model_templates:neural_mass_models/qif/qif"))
    assert text == f"UnknownNameError: {missing}"


NOWHERE = {
    "a misspelt file": (
        "a.modl.Name",
        "'a.modl.Name' leads to no model file: there is no 'a/modl.yaml' in the working directory '<folder>'. "
        f"No model library or package is named 'a'. Did you mean 'a.model.Name'? {FORMS}",
    ),
    "a misspelt file in slashes": (
        "./a/modl/Name",
        f"'./a/modl/Name' leads to no model file: there is no '<folder>/a/modl.yaml'. "
        f"Did you mean './a/model/Name'? {FORMS}",
    ),
    "a misspelt file with its ending": (
        "a/modl.yaml",
        "'a/modl.yaml' leads to no model file: there is no 'a/modl.yaml' in the working directory '<folder>'. "
        f"No model library or package is named 'a'. Did you mean 'a/model.yaml'? {FORMS}",
    ),
    "a misspelt library": (
        "model_templats.neural_mass_models.qif.qif",
        "'model_templats.neural_mass_models.qif.qif' leads to no model file: there is no "
        "'model_templats/neural_mass_models/qif.yaml' in the working directory '<folder>'. "
        "No model library or package is named 'model_templats'. "
        "Did you mean 'model_templates.neural_mass_models.qif.qif', 'neuron_model_templates.spiking_neurons.qif.qif' "
        f"or 'model_templates.neural_mass_models.qif.qif_op'? {FORMS}",
    ),
    "a misspelt file in a library": (
        "rates_models/model_templates/neural_mass_models/qf/qif",
        "'rates_models/model_templates/neural_mass_models/qf/qif' leads to no model file: there is no "
        "'rates_models/model_templates/neural_mass_models/qf.yaml' in the working directory '<folder>', "
        "'model_templates/neural_mass_models/qf.yaml' in the package 'rates_models'. "
        "Did you mean 'rates_models/model_templates/neural_mass_models/qif/qif', "
        "'rates_models/model_templates/neural_mass_models/qif/qif_sd' or "
        f"'rates_models/model_templates/neural_mass_models/qif/qif_op'? {FORMS}",
    ),
    "a name alone": (
        "Name",
        f"'Name' leads to no model file: there is no 'Name.yaml' in the working directory '<folder>'. {FORMS}",
    ),
    "a folder": (
        "a/",
        f"'a/' has an empty part or one that leads upwards. {FORMS}",
    ),
    "a folder in dots": (
        "a.b",
        "'a.b' leads to the folder '<folder>/a/b'. Name a file in it and a template there. It holds: model.",
    ),
    "the folder itself": (
        "./",
        "'./' leads to the folder '<folder>'. Name a file in it and a template there. It holds no model file.",
    ),
    "the root": (
        "/",
        "'/' leads to the folder '/'. Name a file in it and a template there. It holds no model file.",
    ),
    "nothing": ("", f"'' has an empty part or one that leads upwards. {FORMS}"),
    "a library and no file": (
        "model_templates:",
        f"'model_templates:' has an empty part or one that leads upwards. {FORMS}",
    ),
    "a colon": (
        ":",
        f"':' leads to no model file: there is no ':.yaml' in the working directory '<folder>'. {FORMS}",
    ),
    "a path that is deeper than any": (
        "../" * 2000 + "x/Name",
        f"'{'../' * 2000}x/Name' leads to no model file: there is no '<folder>/{'../' * 2000}x.yaml'. {FORMS}",
    ),
    "a way out of a library": (
        "model_templates:../x/Name",
        f"'model_templates:../x/Name' has an empty part or one that leads upwards. {FORMS}",
    ),
    "a text that no file can have as name": (
        "./" + "x" * 300 + "/Name",
        f"'./{'x' * 300}/Name' leads to no model file: there is no '<folder>/{'x' * 300}.yaml'. {FORMS}",
    ),
}


@pytest.mark.parametrize(("text", "message"), NOWHERE.values(), ids=NOWHERE)
def test_a_text_that_leads_nowhere_says_what_was_looked_for(models, text, message):
    models.write(operator(1), "a/model.yaml")
    models.write(operator(1), "a/b/model.yaml")
    assert error(text, models.folder) == message


HOLDS_QIF = (
    "It holds: qif_op, qif_sfa_op, qif_gap_op, qif_conduct_op, alpha_syn_op, qif_pop, qif_sfa_pop, qif_gap_pop, "
    "qif_conduct_pop, alpha_edge, qif, qif_sfa, qif_gap, qif_conduct, qif_alpha_syn, qif_sd, qif_tsodyks."
)
NEARLY_RIGHT = {
    "a wrong template": (
        "model_templates.neural_mass_models.qif.qiff",
        f"<library>/neural_mass_models/qif.yaml holds no template 'qiff'. Did you mean 'qif', 'qif_sfa' or 'qif_sd'? "
        f"{HOLDS_QIF}",
    ),
    "a template of another file": (
        "model_templates/neural_mass_models/qif/JRC",
        f"<library>/neural_mass_models/qif.yaml holds no template 'JRC'. Did you mean "
        "'model_templates/neural_mass_models/jansenrit/JRC', 'model_templates/neural_mass_models/jansenrit/JRC2' or "
        f"'model_templates/neural_mass_models/jansenrit/jrc_op'? {HOLDS_QIF}",
    ),
    "a wrong file": (
        "model_templates.systems.lorentz.lorenz",
        "'model_templates.systems.lorentz.lorenz' leads to no model file: there is no "
        "'systems/lorentz.yaml' in the model library 'model_templates', 'model_templates/systems/lorentz.yaml' in the "
        "working directory '<folder>'. Did you mean 'model_templates.systems.lorenz.lorenz', "
        "'model_templates.systems.lorenz.lorenz_op' or 'model_templates.systems.lorenz.lorenz_pop'? " + FORMS,
    ),
    "a wrong folder": (
        "model_templates:oscilators/vanderpol/vdp",
        "'model_templates:oscilators/vanderpol/vdp' leads to no model file: there is no 'oscilators/vanderpol.yaml' in "
        "the model library 'model_templates'. Did you mean 'model_templates:oscillators/vanderpol/vdp', "
        "'model_templates:coupled_oscillators/vanderpol/vdp' or 'model_templates:oscillators/vanderpol/vdp_op'? "
        + FORMS,
    ),
    "a file of another folder": (
        "model_templates.neural_mass_models.lorenz.lorenz",
        "'model_templates.neural_mass_models.lorenz.lorenz' leads to no model file: there is no "
        "'neural_mass_models/lorenz.yaml' in the model library 'model_templates', "
        "'model_templates/neural_mass_models/lorenz.yaml' in the working directory '<folder>'. Did you mean "
        "'model_templates.systems.lorenz.lorenz', 'model_templates.systems.lorenz.lorenz_op' or "
        "'model_templates.systems.lorenz.lorenz_pop'? " + FORMS,
    ),
    "the name alone": (
        "wc_ring",
        "'wc_ring' leads to no model file: there is no 'wc_ring.yaml' in the working directory '<folder>'. "
        "Did you mean 'model_templates.systems.wilson_cowan_rings.wc_ring' or "
        "'model_templates.systems.wilson_cowan_rings.wc_ring_delayed'? " + FORMS,
    ),
    "a library alone": (
        "model_templates",
        "'model_templates' leads to no model file: there is no 'model_templates.yaml' in the working directory "
        "'<folder>'. 'model_templates' is a model library; name a file in it and a template there. " + FORMS,
    ),
    "a folder of a library": (
        "model_templates.oscillators",
        "'model_templates.oscillators' leads to the folder '<library>/oscillators'. Name a file in it and a template "
        "there. It holds: kuramoto, stuartlandau, vanderpol.",
    ),
    "a path, which no library has": (
        "./systems/lorenz/lorenz",
        "'./systems/lorenz/lorenz' leads to no model file: there is no '<folder>/systems/lorenz.yaml'. " + FORMS,
    ),
}


@pytest.mark.parametrize(("text", "message"), NEARLY_RIGHT.values(), ids=NEARLY_RIGHT)
def test_a_text_that_is_nearly_right_is_an_error_with_the_closest_three(models, text, message):
    from rates_core.plugins import get_manager, library_path

    library = str(library_path(get_manager().model_library("model_templates")))
    with pytest.raises(ModelFileError) as caught:
        load(text)
    assert str(caught.value).replace(library, "<library>").replace(str(models.folder), "<folder>") == message


def test_what_is_meant_is_looked_for_along_the_path_too(models):
    for name in ("one", "ones", "two"):
        models.write(operator(1, name), f"folder_{name}/file/model.yaml")
    models.write(operator(1, "other"), "elsewhere/file/model.yaml")
    assert error("folder_onee/file/model/one", models.folder) == (
        "'folder_onee/file/model/one' leads to no model file: there is no 'folder_onee/file/model.yaml' in the working "
        "directory '<folder>'. No model library or package is named 'folder_onee'. Did you mean "
        f"'folder_one/file/model/one' or 'folder_ones/file/model/ones'? {FORMS}"
    )


def test_a_file_that_cannot_be_read_is_no_reason_to_say_less(models):
    models.write("\x00: [", "a/modal.yaml")
    models.write(operator(1), "a/model.yaml")
    assert "Did you mean './a/model/Name'?" in error("./a/modl/Name", models.folder)


def test_a_link_that_leads_nowhere_is_said_to_be_one(models):
    (models.folder / "model.yaml").symlink_to("gone.yaml")
    for text in ("model.yaml", "./model/Name", "model.Name"):
        file = models.folder / "model.yaml"
        assert error(text, models.folder) == (
            f"'{text}' leads to '{str(file).replace(str(models.folder), '<folder>')}', "
            "which is a link to 'gone.yaml' and to no file."
        )
