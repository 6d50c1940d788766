# Steps of methods of OrdinaryDiffEq, a part of DifferentialEquations.jl, over the functions of a generated module.
module RatesSteps

const this = @__MODULE__

import OrdinaryDiffEq

const EXPLICIT = (:Tsit5, :BS3, :DP5, :Vern6, :Vern7, :Vern8, :Vern9)
const LAZY = (:Vern6, :Vern7, :Vern8, :Vern9)
const MORE, DONE, FAILED = 0, 1, 2

"A method between two stops. `asked` has the inputs that Python computes, which are those of the present call."
mutable struct Run
    integrator::Any
    stop::Float64
    p::Any
    inputs::Vector{Any}
    asked::Base.RefValue{Any}
end

"What a sampled input is at a time: the line between two samples; the first and the last one hold outside of them."
function sampled(samples, base, interval)
    count = size(samples, ndims(samples))
    at(k) = ndims(samples) == 1 ? samples[k] : samples[:, k]
    return function (t)
        place = t/interval - base
        near = round(place)
        abs(place - near) <= 1e-9 + 4*eps(abs(t/interval)) && (place = near)
        place <= 0 && return at(1)
        place >= count - 1 && return at(count)
        left = floor(Int, place)
        share = place - left
        return share == 0 ? at(left + 1) : (1 - share)*at(left + 1) + share*at(left + 2)
    end
end

"Whether the installed package has a method, which is the name of the only field."
has_method(chosen) = Int(isdefined(OrdinaryDiffEq, keys(chosen)[1]))

"""
A method by its name. No method takes numbers of other types through the functions of a module, whose rooms are real.
With `past` it computes all that interpolation takes when it steps, not when it is asked.
"""
function method(name; past = false)
    kind = getfield(OrdinaryDiffEq, name)
    past && name in LAZY && return kind(lazy = false)
    name in EXPLICIT && return kind()
    return kind(autodiff = isdefined(OrdinaryDiffEq, :AutoFiniteDiff) ? OrdinaryDiffEq.AutoFiniteDiff() : false)
end

"The inputs as functions of time in the order of their names: samples, or those that Python computes, in `asked`."
function functions_of_time(samples, asked, base, interval)
    inputs = Any[sampled(values, base, interval) for values in samples]
    for name in keys(asked[])
        push!(inputs, t -> getfield(asked[], name)(t))
    end
    names = (keys(samples)..., keys(asked[])...)
    return inputs, NamedTuple{names}(Tuple(inputs))
end

"Options of a method; a `step` that is NaN is left to it."
function options(start, stop, rtol, atol, longest, step)
    found = (reltol = rtol, abstol = atol, dtmax = min(longest, stop - start), maxiters = typemax(Int))
    found = merge(found, (save_everystep = false, calck = true))
    return isnan(step) ? found : merge(found, (dt = min(step, stop - start),))
end

"""
Return a run of a method up to a stop.

`jac` is no function where there is none; `chosen` has the name of the method; `samples` has arrays and `asked` functions
of Python by their names in `p`; `first` and `last` are the times between which the derivative is computed; a `step` that
is NaN is left to the method.
"""
function begun(f, jac, y, p, chosen, samples, asked, base, interval, start, stop, first, last, rtol, atol, longest, step)
    ref = Base.RefValue{Any}(asked)
    inputs, named = functions_of_time(samples, ref, base, interval)
    fed = merge(p, named)
    inside(t) = min(max(t, first), last)
    g(dy, y, p, t) = f(dy, y, p, inside(t))
    if jac isa Function
        h(matrix, y, p, t) = jac(matrix, y, p, inside(t))
        equations = OrdinaryDiffEq.ODEFunction(g; jac = h)
    else
        equations = OrdinaryDiffEq.ODEFunction(g)
    end
    problem = OrdinaryDiffEq.ODEProblem(equations, y, (start, stop), fed)
    integrator = OrdinaryDiffEq.init(
        problem, method(keys(chosen)[1]); options(start, stop, rtol, atol, longest, step)...,
    )
    return Run(integrator, stop, fed, inputs, ref)
end

"""
Take steps until the stop, until there is no room for rows while there are `more`, for `most` steps or some `seconds`.

`order` has the inputs that `observe` takes, by their places; a row is written at each of some `times`.
"""
function advance!(run, observe, y, asked, order, times, more, most, seconds, columns...)
    run.asked[] = asked
    fed = Tuple(run.inputs[k] for k in order)
    write!(row, y, t) = observe(columns..., row, y, run.p, t, (input(t) for input in fed)...)
    step!(integrator) = (OrdinaryDiffEq.step!(integrator); "")
    return travel!(run, y, times, more, most, seconds, write!, step!)
end

"Likewise; `write!` writes a row, and `step!` takes a step and returns why it could not, or nothing of that."
function travel!(run, y, times, more, most, seconds, write!, step!)
    integrator = run.integrator
    began, steps, planned = time(), 0, OrdinaryDiffEq.get_proposed_dt(integrator)
    rows = record!(write!, 0, times, integrator)
    status, said = DONE, ""
    while integrator.t < run.stop
        late = steps > 0 && time() - began > seconds
        if steps == most || late || (more == 1 && rows == length(times))
            status = MORE
            break
        end
        before, planned = integrator.t, OrdinaryDiffEq.get_proposed_dt(integrator)
        said = step!(integrator)
        if !(integrator.t > before && all(isfinite, integrator.u))
            status, said = FAILED, isempty(said) ? string(integrator.sol.retcode) : said
            break
        end
        steps += 1
        rows = record!(write!, rows, times, integrator)
    end
    status == DONE && more == 1 && rows == length(times) && (status = MORE)  # rows of the last step are left
    y .= integrator.u
    proposed = max(Float64(OrdinaryDiffEq.get_proposed_dt(integrator)), Float64(planned))
    return status, Float64(integrator.t), proposed, steps, rows, said
end

"Write the rows of times that have been reached, and return how many there are."
function record!(write!, rows, times, integrator)
    while rows < length(times) && times[rows + 1] <= integrator.t
        t = times[rows + 1]
        rows += 1
        write!(rows, t == integrator.t ? integrator.u : integrator(t), t)
    end
    return rows
end

end
