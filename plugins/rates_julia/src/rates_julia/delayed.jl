# Steps of methods of DelayDiffEq, a part of DifferentialEquations.jl, for models that read the past.
#
# A problem is made for each part of a run between two stops. Within it DelayDiffEq keeps the past; what was before is
# here: all steps of the run, as polynomials, and what Python says of the time before the run.
module RatesDelayedSteps

import DelayDiffEq

const POWERS = 10  # of a polynomial on a step; interpolants of methods have no more
const ANGLES = [(2k - 1)*pi/(2*POWERS) for k in 1:POWERS]
const NODES = [(1 - cos(angle))/2 for angle in ANGLES]
const FIT = [(k == 0 ? 1 : 2)/POWERS*(-1.0)^k*cos(k*angle) for angle in ANGLES, k in 0:POWERS - 1]
const PATIENCE = 100_000  # calls of the derivative without a step, and as many for each entry of the state in a hundred

"The derivative was computed very often, and no step could be taken."
struct Stuck <: Exception end

"""
The past of a run.

Each of `reads` has the number of its variable, and for its entries delays, the entries of the variable that they
take, and an `order` by delay. Each of `slots`, the variables that are read late, has its `place` behind the states
before it, or is computed, then -1, by `store` from what `order` says; `needed` has the reads that it depends on at
one instant.
"""
mutable struct Past
    start::Float64
    reads::Vector{Any}
    slots::Vector{Any}
    owners::Dict{Int,Tuple{Int,Int}}  # of places in the state that are read late: variable and its real number
    store::Any
    order::Vector{Int}
    reach::Float64  # how far back a read may look, through others
    before::Vector{Any}  # what variables were before the run: numbers, steps, or a function of time in Python
    latest::Vector{Tuple{Float64,Any}}  # what such a function was asked for last, and gave
    piece::Float64  # where the present problem starts
    p::Any
    inputs::Vector{Any}
    starts::Vector{Float64}
    ends::Vector{Float64}
    factors::Vector{Matrix{Float64}}
    calls::Int
end

"Return the past of a run that begins."
function past(start, reads, slots, store, order, reach)
    owners = Dict{Int,Tuple{Int,Int}}()
    for (number, slot) in enumerate(slots), part in 1:(slot.place < 0 ? 0 : (1 + slot.complex)*prod(slot.shape))
        owners[slot.place + part] = (number, part)
    end
    latest = Tuple{Float64,Any}[(NaN, nothing) for _ in slots]
    return Past(
        start, collect(Any, reads), collect(Any, slots), owners, store, order, reach, Any[], latest, start, nothing,
        Any[], Float64[], Float64[], Matrix{Float64}[], 0,
    )
end

"The sum of Chebyshev polynomials at x between -1 and 1."
function chebyshev(factors, x)
    later, value = zero(eltype(factors)), last(factors)
    for k in length(factors) - 1:-1:2
        later, value = value, 2*x*value + (factors[k] - later)
    end
    return x*value + (factors[1] - later)
end

"The step on which a time lies, the later one where two meet, and where on it, from -1 to 1."
function place_on(starts, ends, s)
    step = max(searchsortedlast(starts, s), 1)
    return step, 2*min(1.0, (s - starts[step])/(ends[step] - starts[step])) - 1
end

"An entry of a variable before the run."
function early(past, number, entry, s)
    given = past.before[number]
    if given isa NamedTuple
        step, x = place_on(given.starts, given.ends, s)
        return chebyshev(view(given.factors, entry, :, step), x)
    end
    given isa Function || return given[entry]
    time, value = past.latest[number]
    if time !== s
        value = given(s)
        past.latest[number] = (s, value)
    end
    return value[entry]
end

"A real number of the state at a time since the start; `h` is what DelayDiffEq knows of the present problem."
function state(past, h, place, s)
    h === nothing || s < past.piece || return h(past.p, s; idxs = place)
    step, x = place_on(past.starts, past.ends, s)
    return chebyshev(view(past.factors[step], place, :), x)
end

states(past, h, width, s) = [state(past, h, place, s) for place in 1:width]

"What DelayDiffEq asks for the time before the present problem."
struct Before <: Function
    past::Past
end

function (before::Before)(p, s; idxs)
    past = before.past
    s < past.start || return state(past, nothing, idxs, s)
    number, part = past.owners[idxs]
    past.slots[number].complex == 1 || return early(past, number, part, s)
    value = early(past, number, div(part + 1, 2), s)
    return isodd(part) ? real(value) : imag(value)
end

"What `f!` asks for the past: DelayDiffEq, but the present for a delay of 0."
struct Sight{H,Y} <: Function
    h::H
    y::Y
    t::Float64
end

(sight::Sight)(p, s; idxs) = s >= sight.t ? sight.y[idxs] : sight.h(p, s; idxs = idxs)

"An entry of a state that is read late, at a time since the start, where the present state is y."
function of_state(past, slot, entry, s, t, y, h)
    part(place) = s >= t ? y[place] : state(past, h, place, s)
    slot.complex == 1 || return part(slot.place + entry)
    return complex(part(slot.place + 2*entry - 1), part(slot.place + 2*entry))
end

"A computed variable that is read late, at a time since the start where the state is y."
function computed(past, number, t, y, h)
    columns = [zeros(slot.complex == 1 ? ComplexF64 : Float64, slot.shape..., 1) for slot in past.slots]
    given = arguments(past, past.order, t, y, h, past.slots[number].needed)
    past.store(columns..., 1, y, past.p, t, given...)
    return columns[number]
end

"The values of a read at a time where the state is y."
taken(past, number, t, y, h) = taken(past, past.reads[number], past.slots[past.reads[number].slot], t, y, h)

function taken(past, read, slot, t, y, h)
    values = zeros(slot.complex == 1 ? ComplexF64 : Float64, length(read.entries))
    delay, whole = NaN, nothing
    for k in read.order
        s, entry = t - read.delays[k], read.entries[k]
        if s < past.start
            values[k] = early(past, read.slot, entry, s)
        elseif slot.place >= 0
            values[k] = of_state(past, slot, entry, s, t, y, h)
        else
            if read.delays[k] !== delay
                delay = read.delays[k]
                whole = computed(past, read.slot, s, s >= t ? y : states(past, h, length(y), s), h)
            end
            values[k] = whole[entry]
        end
    end
    return shaped(read, values)
end

shaped(read, values) = isempty(read.shape) ? values[1] : reshape(values, read.shape...)

"Inputs, by places in `order` from 1 on, and reads, by those from -1 on; those that are not `needed` are zeros."
function arguments(past, order, t, y, h, needed = eachindex(past.reads))
    return map(order) do place
        place > 0 && return past.inputs[place](t)
        -place in needed && return taken(past, -place, t, y, h)
        return shaped(past.reads[-place], zeros(length(past.reads[-place].entries)))
    end
end

"Keep a step that has been taken as a polynomial."
function keep!(past, integrator, start)
    span = integrator.t - start
    values = reduce(hcat, [integrator(start + node*span) for node in NODES])
    push!(past.starts, start)
    push!(past.ends, integrator.t)
    push!(past.factors, values*FIT)
    return nothing
end

"Forget the steps that no read reaches any more."
function forget!(past, t)
    while length(past.ends) > 1 && past.ends[1] < t - past.reach
        popfirst!(past.starts)
        popfirst!(past.ends)
        popfirst!(past.factors)
    end
    return nothing
end

"Count a call of the derivative; the loop of DelayDiffEq that looks for a step has no end of its own."
function count!(past, y)
    past.calls += 1
    past.calls > PATIENCE*(1 + div(length(y), 100)) && throw(Stuck())
    return nothing
end

"""
Return a run of a method up to a stop.

`f` is no function where the module has none that takes `h`, `jac` where it has no matrix; then `derivative` takes what
`order` says. `before` has what variables were before the run, by their numbers; all else is as without delays.

Breaking points are among the stops. So no lags are declared: DelayDiffEq would find the same points once more, others
by roundings.
"""
function begun(
    steps, past, f, derivative, order, jac, y, p, chosen, samples, asked, before, base, interval, start, stop, first,
    last, rtol, atol, longest, step,
)
    ref = Base.RefValue{Any}(asked)
    past.inputs, named = steps.functions_of_time(samples, ref, base, interval)
    past.before, past.p, past.piece, past.calls = collect(Any, before), merge(p, named), start, 0
    inside(t) = min(max(t, first), last)
    function g(dy, y, h, p, t)
        count!(past, y)
        s = inside(t)
        f isa Function && return f(dy, y, Sight(h, y, s), p, s)
        return derivative(dy, y, p, s, arguments(past, order, s, y, h)...)
    end
    matrix(J, y, h, p, t) = jac(J, y, Sight(h, y, inside(t)), p, inside(t))
    equations = jac isa Function ? DelayDiffEq.DDEFunction(g; jac = matrix) : DelayDiffEq.DDEFunction(g)
    problem = DelayDiffEq.DDEProblem(equations, y, Before(past), (start, stop), past.p)
    method = DelayDiffEq.MethodOfSteps(steps.method(keys(chosen)[1]; past = true))
    integrator = DelayDiffEq.init(problem, method; steps.options(start, stop, rtol, atol, longest, step)...)
    return steps.Run(integrator, stop, past.p, past.inputs, ref)
end

"As `RatesSteps.advance!`; `order` has reads too, and `before` what variables were before the run."
function advance!(steps, run, past, observe, y, asked, before, order, times, more, most, seconds, columns...)
    run.asked[], past.before = asked, collect(Any, before)
    forget!(past, run.integrator.t)
    write!(row, y, t) = observe(columns..., row, y, past.p, t, arguments(past, order, t, y, nothing)...)
    function step!(integrator)
        start, past.calls = integrator.t, 0
        try
            DelayDiffEq.step!(integrator)
        catch error
            error isa Stuck || rethrow()
            return "no step is small enough"
        end
        integrator.t > start && all(isfinite, integrator.u) && keep!(past, integrator, start)
        return ""
    end
    return steps.travel!(run, y, times, more, most, seconds, write!, step!)
end

"Write the last steps."
function written!(past, count, starts, ends, factors)
    for k in 1:count
        step = length(past.ends) - count + k
        starts[k], ends[k] = past.starts[step], past.ends[step]
        factors[:, :, k] = past.factors[step]
    end
    return nothing
end

end
