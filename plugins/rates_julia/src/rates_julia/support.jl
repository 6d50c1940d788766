# Functions that generated modules contain where they need them. Each ends with an empty line.

"As `Base.sin`, but NaN where that is an error."
sin(x) = Base.sin(x)
sin(x::Real) = isfinite(x) ? Base.sin(x) : oftype(float(x), NaN)

"As `Base.cos`, but NaN where that is an error."
cos(x) = Base.cos(x)
cos(x::Real) = isfinite(x) ? Base.cos(x) : oftype(float(x), NaN)

"As `Base.tan`, but NaN where that is an error."
tan(x) = Base.tan(x)
tan(x::Real) = isfinite(x) ? Base.tan(x) : oftype(float(x), NaN)

"As `Base.asin`, but NaN where that is an error."
asin(x) = Base.asin(x)
asin(x::Real) = abs(x) > 1 ? oftype(float(x), NaN) : Base.asin(x)

"As `Base.acos`, but NaN where that is an error."
acos(x) = Base.acos(x)
acos(x::Real) = abs(x) > 1 ? oftype(float(x), NaN) : Base.acos(x)

"As `Base.log`, but NaN where that is an error."
log(x) = Base.log(x)
log(x::Real) = x < 0 ? oftype(float(x), NaN) : Base.log(x)

"As `Base.log10`, but NaN where that is an error."
log10(x) = Base.log10(x)
log10(x::Real) = x < 0 ? oftype(float(x), NaN) : Base.log10(x)

"As `Base.sqrt`, but NaN where that is an error."
sqrt(x) = Base.sqrt(x)
sqrt(x::Real) = x < 0 ? oftype(float(x), NaN) : Base.sqrt(x)

"0 for x < 0, else 1; NaN stays NaN."
heaviside(x) = isnan(x) ? x : ifelse(x < 0, zero(x), one(x))

"1/(1 + exp(-x))."
sigmoid(x) = 1/(1 + exp(-x))

"x to the power of y, NaN where there is no real value; for complex numbers 0^y is 0 for a positive y, and 0^0 is 1."
power(x, y) = x < 0 && isfinite(y) && !isinteger(y) ? oftype(float(x), NaN) : x^y
function power(x::Complex, y::Complex)
    iszero(x) || return exp(y*Base.log(x))
    iszero(y) && return one(x)
    return real(y) > 0 ? zero(x) : complex(NaN, NaN)
end

"A quotient of complex numbers."
quotient(x, y) = x/y

"The sum of a series for the error function, where x is small: all of its terms have one sign."
function erf_sum(x)
    term = total = x
    for k in 1:60
        term *= 2*x*x/(2*k + 1)
        total += term
    end
    return 2/sqrt(pi)*exp(-x*x)*total
end

"What the error function lacks to 1 at x >= 1, from a continued fraction."
function erf_rest(x)
    value = x
    for k in (x < 2 ? 300 : 120):-1:1
        value = x + k/2/value
    end
    head = Float64(Float32(x))
    return exp(-head*head)*exp((head - x)*(head + x))/value/sqrt(pi)
end

"The error function."
erf(x) = isnan(x) ? x : x < 0 ? -erf(-x) : x < 1 ? erf_sum(x) : x < 27 ? 1 - erf_rest(x) : one(x)

"1 - erf(x)."
erfc(x) = isnan(x) ? x : x < 1 ? 1 - erf(x) : x < 28 ? erf_rest(x) : zero(x)

"A computed index is no whole number, or lies outside of its axis."
struct PlaceError <: Exception
    index::Float64
    length::Int
end

"The place on an axis that a computed index, counted from 0, stands for."
function place_of(index, length)
    0 <= index < length && isinteger(index) || throw(PlaceError(index, length))
    return Int(index) + 1
end

"A delayed value: a sample, or the sum of those from a place on, each with its share."
@inline function past(buffer, place, width, shares, entry)
    samples = size(shares, 1)
    samples == 0 && return buffer[place]
    total = shares[1, entry]*buffer[place]
    for sample in 2:samples
        total += shares[sample, entry]*buffer[place + (sample - 1)*width]
    end
    return total
end

"An input between two of its samples, which is the last one beyond them."
function sampled(samples, place, entry = 1)
    count = size(samples, ndims(samples))
    width = div(length(samples), count)
    inside = min(max(place, 0.0), count - 1.0)
    k = floor(Int, inside)
    share = inside - k
    value = samples[entry + k*width]
    return share == 0 ? value : (1 - share)*value + share*samples[entry + (k + 1)*width]
end

"Write inputs between two of their samples, which are the last ones beyond them."
function sampled!(values, samples, place)
    for entry in eachindex(values)
        values[entry] = sampled(samples, place, entry)
    end
    return nothing
end

"""
A past value at t - delay; column k of the buffer holds those of k - 1 steps before the last point of the grid.
Between columns it is the polynomial through `samples` of them, beyond the last one that column.
"""
function buffered(buffer, entry, t, delay, step_size, samples)
    rows, place = size(buffer, 2), t/step_size
    age = delay/step_size - (place - floor(place + 1e-9))
    age = min(abs(age - round(age)) < 1e-9 ? round(age) : age, rows - 1.0)
    age == max(floor(age), 0.0) && return buffer[entry, Int(age) + 1]
    start = max(min(ceil(Int, age) - div(samples, 2), rows - samples), 0)
    near = start:min(start + samples, rows) - 1
    value = zero(eltype(buffer))
    for row in near
        share = 1.0
        for other in near
            other == row || (share *= (age - other)/(row - other))
        end
        value += share*buffer[entry, row + 1]
    end
    return value
end

"The norm of an error, made smaller where that of a second, coarser one is much larger."
function damped(fine, coarse)
    return fine == 0 || !isfinite(fine) ? fine : fine/hypot(1.0, 0.1*(coarse/fine))
end

"""
Write what a read takes from stored steps; its entries stand in the order of their times.
`found` holds the step from which the first entry was taken the last time, 0 before.
"""
function lagged!(values, t, delays, sources, targets, starts, ends, kept, factors, found)
    place, delay, x = found[], -1.0, 0.0
    for entry in eachindex(delays)
        if delays[entry] != delay
            delay = delays[entry]
            place = step_at(starts, kept, place, t - delay)
            entry == 1 && (found[] = place)
            x = 2*min(1.0, (t - delay - starts[place])/(ends[place] - starts[place])) - 1
        end
        values[targets[entry]] = chebyshev(factors, sources[entry], place, x)
    end
    return nothing
end

"The last step that begins at a time or before it, the first one if none does; looked for around a place."
function step_at(starts, kept, place, t)
    place == 0 && return max(searchsortedlast(view(starts, 1:kept), t), 1)
    while place < kept && starts[place + 1] <= t
        place += 1
    end
    while place > 1 && starts[place] > t
        place -= 1
    end
    return place
end

"The sum of Chebyshev polynomials that an entry is on a step."
function chebyshev(factors, entry, step, x)
    powers = size(factors, 2)
    later, value = zero(eltype(factors)), factors[entry, powers, step]
    for power in powers - 1:-1:2
        later, value = value, 2*x*value + (factors[entry, power, step] - later)
    end
    return x*value + (factors[entry, 1, step] - later)
end

"Write the factors of a variable on a step from its samples."
function fitted!(factors, step, samples, fit)
    for power in 1:size(fit, 2), entry in 1:size(samples, 1)
        total = zero(eltype(factors))
        for node in 1:size(fit, 1)
            total += fit[node, power]*samples[entry, node]
        end
        factors[entry, power, step] = total
    end
    return nothing
end

"Whether a variable is no polynomial on a step, by its last two factors and by its last samples."
function rough(factors, step, samples, checks, largest, tolerance)
    powers, off = size(checks, 1), 0.0
    first_check = size(samples, 2) - size(checks, 2)
    for entry in 1:size(samples, 1)
        off = max(off, abs(factors[entry, powers - 1, step]) + abs(factors[entry, powers, step]))
        for check in 1:size(checks, 2)
            value = -samples[entry, first_check + check]
            for power in 1:powers
                value += checks[power, check]*factors[entry, power, step]
            end
            off = max(off, abs(value))
        end
    end
    return off > tolerance*grown(factors, step, largest)
end

"The size of the largest factor so far, with those of a step."
function grown(factors, step, largest)
    for power in 1:size(factors, 2), entry in 1:size(factors, 1)
        largest = max(largest, abs(factors[entry, power, step]))
    end
    return largest
end
