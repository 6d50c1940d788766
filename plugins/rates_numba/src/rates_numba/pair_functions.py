"""What loops of embedded pairs, and sweeps of them, call.

Generated modules contain those of them that they use, as text. What a loop has often in its text are intrinsics:
Numba takes 20 milliseconds for a function, `min` included, and one for every operation.
"""

import math

from numba import njit, types
from numba.extending import intrinsic


@njit(error_model="numpy")
def own(values, point):
    """Return what belongs to a point: the only entry of what points share."""
    return values[point if values.shape[0] > 1 else 0]


@njit(error_model="numpy")
def passed(times, end):
    """Return how many of ascending times do not lie behind an end."""
    low, high = 0, times.size
    while low < high:
        middle = (low + high) // 2
        if times[middle] <= end:
            low = middle + 1
        else:
            high = middle
    return low


@intrinsic
def spacing(typing, x):
    """Return the distance from the size of a number to the next larger one, which has the next bits."""

    def code(context, builder, signature, given):
        kind, bits = (context.get_value_type(of) for of in (types.float64, types.int64))
        size = builder.call(builder.module.declare_intrinsic("llvm.fabs", [kind]), given)
        following = builder.add(builder.bitcast(size, bits), bits(1))
        return builder.fsub(builder.bitcast(following, kind), size)

    return types.float64(types.float64), code


@intrinsic
def smaller(typing, a, b):
    """Return the smaller of two numbers; the first one, where they do not compare."""

    def code(context, builder, signature, given):
        a, b = given
        return builder.select(builder.fcmp_ordered("<", b, a), b, a)

    return types.float64(types.float64, types.float64), code


@intrinsic
def larger(typing, a, b):
    """Return the larger of two numbers; the first one, where they do not compare."""

    def code(context, builder, signature, given):
        a, b = given
        return builder.select(builder.fcmp_ordered(">", b, a), b, a)

    return types.float64(types.float64, types.float64), code


@intrinsic
def inside(typing, t, first, last):
    """Return the time, or that of two bounds that it lies behind."""

    def code(context, builder, signature, given):
        t, first, last = given
        early, late = builder.fcmp_ordered("<", t, first), builder.fcmp_ordered(">", t, last)
        return builder.select(early, first, builder.select(late, last, t))

    return types.float64(types.float64, types.float64, types.float64), code


@intrinsic
def advanced(typing, y, h, weights, slopes):
    """Return where states lead along weighted slopes: y + h*(weights[0]*slopes[0] + …)."""

    def code(context, builder, signature, given):
        moved, (y, h, weights, slopes) = [], given
        for entry in range(len(signature.args[0])):
            total = None
            for stage in range(len(signature.args[2])):
                slope = builder.extract_value(slopes, [stage, entry])
                term = builder.fmul(builder.extract_value(weights, stage), slope)
                total = term if total is None else builder.fadd(total, term)
            moved.append(builder.fadd(builder.extract_value(y, entry), builder.fmul(h, total)))
        return context.make_tuple(builder, signature.return_type, moved)

    return y(y, h, weights, slopes), code


@intrinsic
def polynomials(typing, factors, x):
    """Return polynomials without constants, each given by the factors of x, x², …."""

    def code(context, builder, signature, given):
        values, (factors, x) = [], given
        for row in range(len(signature.args[0])):
            value = None
            for power in reversed(range(len(signature.args[0][row]))):
                factor = builder.extract_value(factors, [row, power])
                value = builder.fmul(x, factor if value is None else builder.fadd(factor, value))
            values.append(value)
        return context.make_tuple(builder, signature.return_type, values)

    return types.UniTuple(x, len(factors))(factors, x), code


@intrinsic
def tolerated(typing, y, new, rtol, atol):
    """Return the errors that are tolerated: atol + max(|y|, |new|)*rtol."""

    def code(context, builder, signature, given):
        errors, kind = [], context.get_value_type(types.float64)
        size = builder.module.declare_intrinsic("llvm.fabs", [kind])
        for entry in range(len(signature.args[0])):
            old, here, relative, least = (builder.extract_value(values, entry) for values in given)
            old, here = builder.call(size, [old]), builder.call(size, [here])
            larger = builder.select(builder.fcmp_ordered(">", old, here), old, here)  # NaN stays NaN
            errors.append(builder.fadd(least, builder.fmul(larger, relative)))
        return context.make_tuple(builder, signature.return_type, errors)

    return y(y, new, rtol, atol), code


@intrinsic
def norm(typing, values, scale):
    """Return the root of the mean square of values in units of scales."""

    def code(context, builder, signature, given):
        kind, total = context.get_value_type(types.float64), None
        for entry in range(len(signature.args[0])):
            value = builder.fdiv(*(builder.extract_value(each, entry) for each in given))
            square = builder.fmul(value, value)
            total = square if total is None else builder.fadd(total, square)
        mean = builder.fdiv(total, kind(len(signature.args[0])))
        return builder.call(builder.module.declare_intrinsic("llvm.sqrt", [kind]), [mean])

    return types.float64(values, scale), code


@njit(error_model="numpy")
def damped(fine, coarse):
    """Return the norm of an error, made smaller where that of a second, coarser one is much larger."""
    if fine == 0.0 or not math.isfinite(fine):
        return fine
    return fine / math.hypot(1.0, 0.1 * (coarse / fine))


@njit(error_model="numpy")
def polynomial(factors, row, x):
    """Return a polynomial without a constant, of which a row holds the factors of x, x², …."""
    value = 0.0
    for power in range(factors.shape[1] - 1, -1, -1):
        value = x * (factors[row, power] + value)
    return value


@njit(error_model="numpy")
def copied(out, values):
    """Write numbers; an assignment of slices would compile words for the case that they differ in size."""
    for i in range(out.size):
        out[i] = values[i]


@njit(error_model="numpy")
def along(out, y, h, weights, stages, k):
    """Write where states lead along weighted slopes."""
    for i in range(y.size):
        out[i] = 0.0
    for stage in range(stages):
        weight = weights[stage]
        if weight != 0.0:
            for i in range(y.size):
                out[i] += weight * k[stage, i]
    for i in range(y.size):
        out[i] = y[i] + h * out[i]


@njit(error_model="numpy")
def blended(out, y, h, theta, dense, k):
    """Write where states are a part of the step on."""
    for i in range(y.size):
        out[i] = 0.0
    for stage in range(dense.shape[0]):
        weight = polynomial(dense, stage, theta)
        for i in range(y.size):
            out[i] += weight * k[stage, i]
    for i in range(y.size):
        out[i] = y[i] + h * out[i]


@njit(error_model="numpy")
def error_norm(h, weights, stages, k, y, new, rtol, atol):
    """Return the root of the mean square of weighted slopes in units of what is tolerated."""
    total = 0.0
    for i in range(y.size):
        error = 0.0
        for stage in range(stages):
            error += weights[stage] * k[stage, i]
        error *= h / (atol[i] + max(abs(y[i]), abs(new[i])) * rtol[i])
        total += error * error
    return math.sqrt(total / y.size) if y.size else 0.0


@njit(error_model="numpy")
def scaled_norm(values, y, rtol, atol):
    """Return the root of the mean square of values in units of what is tolerated."""
    total = 0.0
    for i in range(y.size):
        value = values[i] / (atol[i] + abs(y[i]) * rtol[i])
        total += value * value
    return math.sqrt(total / y.size)


@njit(error_model="numpy")
def scaled_bend(after, before, y, rtol, atol):
    """Return the root of the mean square of differences in units of what is tolerated."""
    total = 0.0
    for i in range(y.size):
        value = (after[i] - before[i]) / (atol[i] + abs(y[i]) * rtol[i])
        total += value * value
    return math.sqrt(total / y.size)


@njit(error_model="numpy")
def all_finite(values):
    """Tell whether no entry is NaN or infinite."""
    for i in range(values.size):  # noqa: SIM110 - Numba compiles no generators
        if not math.isfinite(values[i]):
            return False
    return True
