"""Model files, and what hostile ones are made of."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st
from rates_core.errors import RatesError
from rates_core.network.build import build_network
from rates_core.plugins import get_manager
from rates_core.templates.circuit import CircuitTemplate
from rates_core.templates.template import Template
from rates_core.yaml.contents import contents
from rates_core.yaml.document import _decode, parse_document
from rates_core.yaml.emitter import block
from rates_core.yaml.files import ModelFiles, Place
from rates_core.yaml.reader import _Maker
from rates_core.yaml.tree import YamlMapping, plain_value

from .circuits import circuits
from .parts import Kind, edge_templates, nodes, operators, populations

FILE = Path("/nowhere/model.yaml")
FOREIGN = (
    *(
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!!binary aGk=",
        "!x",
        "!",
        "!!str",
        "!!set {a}",
    ),
    *(
        "&a",
        "*a",
        "&a [*a]",
        "&a [1, 2]",
        "<<: *a",
        "<<: {a: 1}",
        "<<: [{a: 1}, {b: 2}]",
        "<<",
        "? ",
        "? [a]\n: b",
        ": ",
        "-",
    ),
    *(
        "---",
        "...",
        "--- a",
        "%YAML 1.1",
        "%TAG ! tag:x,2000:",
        "# a",
        "|",
        ">-",
        "|2",
        "|9",
        ">+1",
        "\t",
        "\n\t",
        "\r",
        "\n",
        "\n ",
    ),
    *(
        "{",
        "}",
        "[",
        "]",
        "{}",
        "[]",
        "[[[[]]]]",
        "{a: {a: {a: 1}}}",
        ",",
        "'",
        '"',
        "''",
        '"\\x00"',
        '"\\ud800"',
        '"\\U00110000"',
    ),
    *(
        "null",
        "~",
        "true",
        "yes",
        "1e400",
        "-.inf",
        ".nan",
        "0x" + "f" * 300,
        "9" * 300,
        "1_0",
        "0o17",
        "1:30",
        "2020-01-01",
    ),
    *(
        "base: CircuitTemplate",
        "base: OperatorTemplate",
        "base: X",
        "base: ./other/X",
        "base: a.b.C",
        "base: library:qif/qif",
    ),
    *(
        "name: 1",
        "description: [a]",
        "equations: {replace: {x: y}}",
        "equations: {remove: []}",
        "variables: []",
        "operators: {}",
    ),
    *(
        "operators: {replace: {op: other}}",
        "n: 0",
        "n: -1",
        "n: 1.5",
        "n: 1e9",
        "n: 100000000",
        "params: {op/x: [1]}",
        "edges: [[]]",
    ),
    *(
        "edges: [[a, b]]",
        "edges: [{source: a}]",
        "connections: [{}]",
        "overrides: {node_vars: {all/op/x: [1, 2]}}",
        "all: node",
    ),
    *(
        "weights: {shape: [2, 2], rows: [0], columns: [0], values: [1]}",
        "shape: [1000000000, 1000000000]",
        "rows: [9]",
        "delays: -1",
    ),
    *(
        "spread: [[1]]",
        "../../../etc/passwd",
        "/dev/zero",
        "os",
        "__main__",
        "rates_core.yaml",
        "\x00",
        "\x85",
        "\ufeff",
        "\ud800",
        "ä",
    ),
)

SMALL = (
    """\
op:
  base: OperatorTemplate
  equations: ["x' = -x/tau + u", "z = 2*x"]
  variables: {x: output(0.5), z: variable, tau: 2.0, u: input}
ev:
  base: op
  equations: {replace: {tau: k}, append: "- x", add: "y' = x"}
  variables: {y: variable, k: [1, 2]}
  events: [{when: x > 1, set: {x: 0}, emit: y}]
n: {base: NodeTemplate, operators: [op]}
m: {base: n, operators: {ev: {k: 1}, op: {variables: {tau: 3}}, replace: {op: ev}}}
""",
    """\
aliases: [&n 3, &p {op/tau: [1, 2, 3]}]
op: {base: OperatorTemplate, equations: x' = -x/tau + u, variables: {x: output(0.5), tau: 2.0, u: input(0.1)}}
e: {base: EdgeTemplate, operators: {eo: {k: 2}}}
eo: {base: OperatorTemplate, equations: s = k*(a - b), variables: {s: output, k: 1, a: input, b: input}}
n: {base: NodeTemplate, operators: {op: {tau: 1e-3}}}
pop: {base: PopulationTemplate, node: n, n: *n, params: *p}
net:
  base: CircuitTemplate
  nodes: {p: n, q: n}
  populations: {r: pop, s: {node: n, n: 2, params: {op/x: 0.5}}}
  edges:
    - [p/op/x, q/op/u, e, {weight: 2, e/eo/a: source, e/eo/b: q/op/x}]
    - {source: q/op/x, target: "r[1]/op/u", variables: {delay: 1.5, spread: 0.5}}
  connections:
    - {source: r/op/x, target: s/op/u, weights: [[1, 2, 3], [4, 5, 6]], delays: 0.5}
    - {source: s/op/x, target: s/op/u, weights: {shape: [2, 2], rows: [0, 1], columns: [1, 0], values: [1, 2j]}}
  overrides: {node_vars: {all/op/tau: 4}, edge_vars: [[p/op/x, q/op/u, 0, {weight: 3}]]}
two: {base: CircuitTemplate, circuits: {a: net, b: net}, edges: [[a/p/op/x, b/r/op/u]]}
""",
)


def written(template: Template) -> str:
    """Return the text of a model file."""
    return "\n".join(line for key, entry in contents(template).items() for line in block({key: entry})) + "\n"


def documents() -> st.SearchStrategy[list[str]]:
    """Return texts of model files: two small ones, and what is written of a random template."""
    kind = Kind(is_complex=True)
    part = operators(kind) | nodes(kind) | edge_templates(kind) | populations(kind) | circuits(Kind(runs=True), 2)
    return part.map(written).map(lambda text: [*SMALL, text] if len(text) < 4000 else [*SMALL])


def read_file(text: str) -> None:
    """Read a model file as it lies on a disk, make all templates in it, and the networks of its circuits."""
    content = text.encode("utf-8", "surrogatepass")
    tree = parse_document(_decode(content, str(FILE)), str(FILE))
    if not isinstance(tree, YamlMapping):
        return
    files = ModelFiles(FILE.parent)
    files._documents[FILE] = tree
    found = [outcome(files, name) for name in tree.entries]
    with suppress(RatesError):
        files._main_template(FILE, "model")
    refused = [error for error in found if error is not None]
    if len(refused) == len(found) and refused:
        raise refused[0]


def outcome(files: ModelFiles, name: str) -> RatesError | None:
    """Make a template of a file, and the network of a circuit; return the error if there is one."""
    try:
        template = _Maker(files).make(Place(FILE, name))
        if isinstance(template, CircuitTemplate):
            build_network(template)
    except RatesError as error:
        return error
    return None


def warm_up() -> None:
    """Import what is imported when it is first needed."""
    import numpy.ma  # noqa: F401  # by numpy.unique

    get_manager().model_libraries()
    for text in SMALL:
        read_file(text)
    for base in ("./y/Z", "y.z.Z", "y:z/Z", "model_templates.z.Z", "y"):
        with suppress(RatesError):
            read_file(f"X: {{base: {base}}}")


def rearranged(text: str, others: list[str], random: Random) -> str:
    """Return a model file whose parts are others: replaced, moved, lost or renamed; lists and mappings in one line."""
    tree = plain_value(parse_document(text, "model.yaml"))
    pool = list(_parts(tree))
    for _ in range(random.choice((1, 1, 2, 3))):
        holder = random.choice([part for part in pool if isinstance(part, (dict, list)) and part] or [tree])
        _change(holder, pool, random)
    return json.dumps(tree, ensure_ascii=random.random() < 0.5)


def _parts(tree: Any) -> Any:
    yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _parts(part)


def _change(holder: Any, pool: list[Any], random: Random) -> None:
    """Change one entry of a mapping or list."""
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    if not keys:
        return
    key = random.choice(keys)
    junk: Any = random.choice(
        (None, True, 0, -1, 1e300, "", "x", "op/x", [], [[]], {}, {"a": 1}, [1, "a"], "1e-3", "all")
    )
    new = random.choice((junk, junk, json.loads(json.dumps(random.choice(pool)))))
    action = random.randrange(4)
    if action == 0:
        del holder[key]
    elif action == 1 and isinstance(holder, dict):
        holder[str(random.choice((junk, "base", "nodes", "n", "replace", key)))] = holder.pop(key)
    elif action == 2 and isinstance(holder, list):
        holder.insert(key, new)
    else:
        holder[key] = new
