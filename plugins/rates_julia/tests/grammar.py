"""What a grammar of Julia says of a text: where it is none, and where it is one of newer versions than 1.5."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import tree_sitter_julia
from tree_sitter import Language, Node, Parser

PARSER = Parser(Language(tree_sitter_julia.language()))

#: Parts of texts that mean in Julia 1.5 what they mean today. What a text newly has is looked up, and added here.
CONSTRUCTS = frozenset(
    {
        "argument_list", "arrow_function_expression", "assignment", "binary_expression", "boolean_literal",
        "break_statement", "call_expression", "catch_clause", "character_literal",
        "compound_assignment_expression", "comprehension_expression", "const_statement", "content",
        "continue_statement", "curly_expression", "do_clause", "else_clause", "elseif_clause",
        "export_statement", "field_expression", "float_literal", "for_binding", "for_clause", "for_statement",
        "function_definition", "identifier", "if_statement", "import_path", "import_statement",
        "index_expression", "integer_literal", "juxtaposition_expression", "line_comment",
        "macro_argument_list", "macro_identifier", "macrocall_expression", "matrix_expression", "matrix_row",
        "module_definition", "named_argument", "named_field", "open_tuple", "operator",
        "parametrized_type_expression", "parenthesized_expression", "quote_expression", "range_expression",
        "return_statement", "selected_import", "signature", "source_file", "splat_expression",
        "string_interpolation", "string_literal", "struct_definition", "ternary_expression", "try_statement",
        "tuple_expression", "type_head", "typed_expression", "unary_expression", "unary_typed_expression",
        "using_statement", "vector_expression", "where_expression", "while_statement",
    }
)  # fmt: skip
OPERATORS = frozenset(
    {
        "=", "in", "isa", "+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "!=", "===", "!==", "!", "&&", "||",
        "&", "|", ".=", ".+=", ".*", ".", "%", ":", "<:", "+=", "-=", "*=", "/=",
    }
)  # fmt: skip
MACROS = frozenset({"@inbounds", "@inline", "@threads", "@__DIR__", "@__MODULE__", "@."})

#: Words that can be no name; others of the language can, such as `new` outside of a structure.
KEYWORDS = frozenset(
    {
        "baremodule", "begin", "break", "catch", "const", "continue", "do", "else", "elseif", "end", "export",
        "finally", "for", "function", "global", "if", "import", "let", "local", "macro", "module", "quote", "return",
        "struct", "try", "using", "while",
    }
)  # fmt: skip
#: Functions and types of Julia 1.5 that generated text calls.
CALLED = frozenset(
    {
        "abs", "acos", "all", "asin", "atan", "ceil", "complex", "conj", "copy", "copyto!", "cos", "cosh",
        "div", "eachindex", "eltype", "eps", "error", "exp", "fill!", "float", "Float32", "Float64",
        "floor", "hypot", "ifelse", "imag", "include", "Int", "isfinite", "isinteger", "isnan", "iszero",
        "join", "joinpath", "length", "log", "log10", "max", "min", "mod", "NamedTuple", "ndims", "oftype",
        "one", "open", "println", "push!", "real", "rem", "round", "searchsortedlast", "sign", "similar",
        "sin", "sinh", "size", "sqrt", "tan", "tanh", "throw", "vcat", "vec", "view", "zero", "zeros",
    }
)  # fmt: skip

#: Parts that consist of lines.
BLOCKS = frozenset(
    {
        "source_file", "module_definition", "function_definition", "for_statement", "while_statement", "if_statement",
        "elseif_clause", "else_clause", "try_statement", "catch_clause", "struct_definition",
    }
)  # fmt: skip
BINDING = "identifier", "call_expression", "where_expression"
CLAUSES = "elseif_clause", "else_clause", "catch_clause"


def nodes(text: str) -> Iterator[Node]:
    """Yield all that a text consists of, each behind what it is a part of."""
    waiting = [PARSER.parse(text.encode()).root_node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def faults(text: str) -> list[str]:
    """Return what is wrong with a text, each with its line."""
    found = [(node, fault) for node in nodes(text) for fault in _faults(node)]
    return [f"line {node.start_point.row + 1}: {fault}: {_start(node)}" for node, fault in found]


def unknown_calls(text: str) -> set[str]:
    """Return the names that are called and neither Julia's nor bound in the text."""
    called, bound = set(), set(CALLED)
    for node in nodes(text):
        first = node.children[0] if node.children else None
        match node.type:
            case "call_expression" if first is not None and first.type == "identifier":
                called.add(_text(first))
            case "signature" | "selected_import" | "type_head" | "for_binding":
                bound |= _names(node)
            case "assignment" if first is not None and first.type in BINDING:
                bound |= _names(first)
    return called - bound


def _faults(node: Node) -> Iterator[str]:
    if node.is_error:
        yield "this is no Julia"
    elif node.is_missing:
        yield f"'{node.type}' is missing"
    elif node.is_named and node.type not in CONSTRUCTS:
        yield f"a {node.type} has not been looked up"
    if node.type in BLOCKS:
        yield from (f"no line begins with '{_start(child)}'" for child in _inside_lines(node))
    match node.type:
        case "identifier" if _text(node) in KEYWORDS:
            yield "a word of the language is no name"
        case "operator" if _text(node) not in OPERATORS:
            yield "an operator has not been looked up"
        case "macro_identifier" if _text(node) not in MACROS:
            yield "a macro has not been looked up"
        case "assignment":
            yield from _of_assignment(node.children[0])
        case "matrix_expression" if ";;" in _text(node):
            yield "arrays are joined along further axes since Julia 1.7"
        case "try_statement" if any(child.type == "else_clause" for child in node.children):
            yield "'try' has 'else' since Julia 1.8"


def _inside_lines(block: Node) -> Iterator[Node]:
    """Yield what has to begin a line and does not, which the grammar lets pass."""
    for before, node in pairwise(block.children):
        parted = not (before.is_named and node.is_named) or node.type in ("line_comment", *CLAUSES)
        if not parted and before.end_point.row == node.start_point.row:
            yield node


def _of_assignment(target: Node) -> Iterator[str]:
    kinds = [child.type for child in target.children]
    if target.type == "tuple_expression" and ";" in kinds:
        yield "properties are taken apart since Julia 1.7"
    if target.type in ("open_tuple", "tuple_expression") and "splat_expression" in kinds:
        yield "the rest of a tuple is taken since Julia 1.6"
    if target.type == "typed_expression":
        yield "global names have types since Julia 1.8"


def _names(node: Node) -> set[str]:
    found, waiting = set(), [node]
    while waiting:
        part = waiting.pop()
        found |= {_text(part)} if part.type == "identifier" else set()
        waiting.extend(part.children)
    return found


def _text(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


def _start(node: Node) -> str:
    return _text(node).partition("\n")[0][:60]
