"""Names of variables in generated code: none that MATLAB, Octave or the module uses for something else."""

from __future__ import annotations

from collections.abc import Iterable

from rates_core.programs.module_names import ModuleNames, named_paths
from rates_core.programs.program import slot_paths
from rates_core.programs.routine import Routine
from rates_core.system.system import System

#: words of MATLAB and Octave
KEYWORDS = frozenset(
    {
        "__FILE__", "__LINE__", "arguments", "break", "case", "catch", "classdef", "continue", "do", "else", "elseif",
        "end", "end_try_catch", "end_unwind_protect", "endarguments", "endclassdef", "endenumeration", "endevents",
        "endfor", "endfunction", "endif", "endmethods", "endparfor", "endproperties", "endswitch", "endwhile",
        "enumeration", "events", "for", "function", "global", "if", "import", "methods", "otherwise", "parfor",
        "persistent", "properties", "return", "spmd", "switch", "try", "until", "unwind_protect",
        "unwind_protect_cleanup", "while",
    }
)  # fmt: skip
#: functions of MATLAB that a variable would hide
FUNCTIONS = frozenset(
    {
        "Inf", "J", "NA", "NaN", "abs", "accumarray", "acos", "acosh", "acot", "addpath", "airy", "all", "alpha", "and",
        "angle", "ans", "any", "area", "arrayfun", "asin", "asinh", "atan", "atan2", "atanh", "axes", "axis", "balance",
        "bar", "besselh", "besseli", "besselj", "besselk", "bessely", "beta", "betainc", "betaln", "bitand", "bitor",
        "bitxor", "blanks", "box", "bsxfun", "camera", "cat", "cd", "ceil", "cell", "cellfun", "char", "chol",
        "circshift", "class", "clc", "clear", "close", "colon", "colorbar", "colormap", "compan", "complex", "cond",
        "conj", "conv", "conv2", "corrcoef", "cos", "cosh", "cot", "cov", "cross", "csc", "ctranspose", "cummax",
        "cummin", "cumprod", "cumsum", "cumtrapz", "date", "dbstop", "dde23", "ddeset", "deal", "deblank", "deconv",
        "del2", "delete", "det", "deval", "diag", "diary", "diff", "dir", "disp", "display", "dot", "double", "e",
        "echo", "eig", "ellipke", "eps", "eq", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "error", "etime", "eval",
        "exist", "exit", "exp", "expint", "expm", "expm1", "eye", "factor", "false", "fclose", "feval", "fft", "figure",
        "fill", "filter", "find", "fix", "flip", "flipud", "floor", "flow", "fmod", "fopen", "format", "fprintf",
        "fread", "full", "func2str", "fwrite", "gamma", "gammainc", "gammaln", "gca", "gcd", "gcf", "ge", "getfield",
        "gradient", "grid", "gt", "hadamard", "hankel", "heaviside", "help", "hess", "hilb", "histc", "hold", "home",
        "horzcat", "hypot", "i", "idivide", "if", "imag", "image", "ind2sub", "inf", "info", "inline", "input", "int16",
        "int32", "int64", "int8", "interp1", "inv", "ipermute", "isa", "iscell", "isempty", "isequal", "isfield",
        "isfinite", "ishold", "isinf", "islogical", "isnan", "isnumeric", "isreal", "isscalar", "isspace", "issparse",
        "isvector", "j", "kron", "lasterr", "lcm", "ldivide", "le", "legend", "legendre", "length", "light", "line",
        "linspace", "load", "log", "log10", "log1p", "log2", "logical", "logm", "logspace", "lookup", "lower", "lsode",
        "lt", "lu", "magic", "max", "mean", "median", "meshgrid", "methods", "min", "minus", "mldivide", "mod", "mode",
        "more", "mpower", "mrdivide", "mtimes", "nan", "nargin", "nargout", "ndims", "ne", "nnz", "norm", "not", "null",
        "num2cell", "num2str", "numel", "nzmax", "ode15s", "ode23", "ode45", "odeset", "ones", "or", "orth",
        "otherwise", "pack", "pascal", "patch", "path", "pause", "permute", "pi", "pinv", "plot", "plus", "poly",
        "polyfit", "polyval", "pow2", "power", "primes", "print", "prod", "psi", "qr", "quad", "quit", "quiver", "qz",
        "rand", "randi", "randn", "randperm", "rank", "rat", "rcond", "rdivide", "real", "realmax", "realmin",
        "rectangle", "rem", "repmat", "reshape", "residue", "rmpath", "root", "roots", "rot90", "round", "run", "save",
        "schur", "sec", "set", "setdiff", "shading", "sign", "sin", "sinc", "single", "sinh", "size", "sort", "sparse",
        "spline", "sprintf", "sqrt", "sqrtm", "squeeze", "std", "str2func", "strcat", "strcmp", "strfind", "struct",
        "sub2ind", "subplot", "subsref", "sum", "surf", "svd", "system", "tan", "tanh", "text", "tic", "times", "title",
        "toc", "toeplitz", "trace", "transpose", "trapz", "tril", "triplequad", "triu", "true", "type", "uint16",
        "uint32", "uint64", "uint8", "uminus", "union", "unique", "uplus", "upper", "vander", "var", "varargin",
        "varargout", "vec", "vech", "ver", "version", "vertcat", "view", "warning", "what", "which", "who", "whos",
        "wilkinson", "xlabel", "xlim", "xor", "ylabel", "ylim", "zeros", "zeta", "zlabel", "zoom",
    }
)  # fmt: skip
#: what generated modules call something of their own
OWN = frozenset(
    {
        "Z", "after", "buffer", "buffered", "choose", "choose_all", "delays", "derivative", "dy", "entries", "entry",
        "events", "first", "functions", "gathered", "h", "half_even", "history", "jacobian", "k", "keep", "lags",
        "largest", "least", "length_", "loop", "matrix", "modulo", "most", "moved", "now", "observe", "p", "par",
        "past", "place", "places", "prepare", "quotient", "real_acos", "real_asin", "real_log", "real_log10",
        "real_power", "real_sqrt", "remainder", "row", "rows", "sample", "sampled", "samples", "size_of_past",
        "smallest", "solution", "step", "store", "stride", "t", "unit_step", "value", "xx", "y",
    }
)  # fmt: skip
RESERVED = KEYWORDS | FUNCTIONS | OWN
LONGEST = 63  # as MATLAB's namelengthmax


def module_names(system: System, routines: Iterable[Routine], also: Iterable[str] = ()) -> ModuleNames:
    """Return identifiers for everything that routines of a System name.

    Args:
        system: whose symbols they are.
        routines: what the module computes.
        also: words that the module needs for itself.
    """
    paths = [*named_paths(system, routines), *slot_paths(system)]  # a slot may be a copy of something else
    return ModuleNames.choose(system, paths, RESERVED | frozenset(also), LONGEST - 12)
