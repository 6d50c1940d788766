"""
A stand-in for the package of this name, for tests: what rates-julia calls of it, over methods of the other stand-in.

Steps are polynomials for those behind them. A step that looks inside itself is repeated until it does not change.
"""
module DelayDiffEq

import OrdinaryDiffEq
using OrdinaryDiffEq: get_proposed_dt, init, step!

export DDEFunction, DDEProblem, MethodOfSteps, init, step!, get_proposed_dt

# The polynomial of a step has the values and the slopes of these parts of it.
const PARTS = (0, 1//3, 2//3, 1)
const RAISED = [part^k for part in PARTS, k in 0:7]
const SLOPES = [k*part^max(k - 1, 0) for part in PARTS, k in 0:7]
const HERMITE = inv(Float64.([RAISED; SLOPES]))

struct DDEFunction
    f::Any
    jac::Any
end
DDEFunction(f; jac = nothing) = DDEFunction(f, jac)

struct DDEProblem
    f::DDEFunction
    u0::Vector{Float64}
    h::Any
    tspan::Tuple{Float64,Float64}
    p::Any
end

struct MethodOfSteps
    alg::Any
end

"A step: factors of powers of its parts."
struct Piece
    start::Float64
    stop::Float64
    factors::Matrix{Float64}
end

function (piece::Piece)(t, idx::Integer)
    place, value = (t - piece.start)/(piece.stop - piece.start), 0.0
    for k in size(piece.factors, 2):-1:1
        value = value*place + piece.factors[idx, k]
    end
    return value
end
(piece::Piece)(t, idxs) = [piece(t, idx) for idx in idxs]

"What is known of the past while a step is looked for; `isout` tells that it was asked for more."
mutable struct History <: Function
    h::Any
    t0::Float64
    u0::Vector{Float64}
    pieces::Vector{Piece}
    stops::Vector{Float64}
    guess::Union{Nothing,Piece}
    isout::Bool
end

function (history::History)(p, t; idxs = nothing)
    t < history.t0 && return idxs === nothing ? history.h(p, t) : history.h(p, t; idxs = idxs)
    chosen = idxs === nothing ? eachindex(history.u0) : idxs
    pieces = history.pieces
    if isempty(pieces) || t > pieces[end].stop
        history.isout = t > (isempty(pieces) ? history.t0 : pieces[end].stop) || history.isout
        history.guess === nothing || return history.guess(t, chosen)
        return isempty(pieces) ? history.u0[chosen] : pieces[end](t, chosen)
    end
    return pieces[searchsortedfirst(history.stops, t)](t, chosen)
end

mutable struct DDEIntegrator
    inner::OrdinaryDiffEq.Integrator
    history::History
end

function Base.getproperty(integrator::DDEIntegrator, name::Symbol)
    name in (:t, :u, :sol) ? getfield(getfield(integrator, :inner), name) : getfield(integrator, name)
end

function OrdinaryDiffEq.init(problem::DDEProblem, method::MethodOfSteps; options...)
    hasfield(typeof(method.alg), :lazy) && method.alg.lazy && error("the past of lazy methods depends on later calls")
    history = History(problem.h, problem.tspan[1], copy(problem.u0), Piece[], Float64[], nothing, false)
    f(dy, u, p, t) = problem.f.f(dy, u, history, p, t)
    jac = problem.f.jac === nothing ? nothing : (J, u, p, t) -> problem.f.jac(J, u, history, p, t)
    inner = OrdinaryDiffEq.ODEProblem(OrdinaryDiffEq.ODEFunction(f; jac = jac), problem.u0, problem.tspan, problem.p)
    return DDEIntegrator(OrdinaryDiffEq.init(inner, method.alg; options...), history)
end

OrdinaryDiffEq.get_proposed_dt(integrator::DDEIntegrator) = integrator.inner.dt

(integrator::DDEIntegrator)(t) = integrator.history.pieces[end](t, eachindex(integrator.u))

"As the real one: the loop that looks for a step ends with a step only."
function OrdinaryDiffEq.step!(integrator::DDEIntegrator)
    inner = integrator.inner
    t, last = inner.t, inner.problem.tspan[2]
    while true
        h = min(inner.dt, inner.dtmax, last - t)
        value, size = tried(integrator, t, h)
        inner.dt = h*clamp(0.8*(isnan(size) ? Inf : size)^(-1/5), 0.1, 4.0)
        size <= 1 && t + h > t || continue
        inner.tprev, inner.uprev = t, inner.u
        inner.t, inner.u = last - (t + h) < 1e-14*max(1.0, abs(last)) ? last : t + h, value
        guess = integrator.history.guess
        push!(integrator.history.pieces, Piece(t, inner.t, guess.factors))
        push!(integrator.history.stops, inner.t)
        return nothing
    end
end

"A step and the size of its error; it is guessed until what it is does not depend on the guess."
function tried(integrator, t, h)
    inner, history = integrator.inner, integrator.history
    u, history.guess, before = inner.u, nothing, nothing
    jacobian = OrdinaryDiffEq.jacobian_of(inner, u, t)
    for _ in 1:25
        history.isout = false
        value, error = OrdinaryDiffEq.extrapolated(inner, u, t, h, jacobian)
        inside(part) = OrdinaryDiffEq.extrapolated(inner, u, t, h*part, jacobian)[1]
        values = [u, (inside(part) for part in PARTS[2:3])..., value]
        slopes = [h*OrdinaryDiffEq.slope(inner.problem, y, t + h*part) for (y, part) in zip(values, PARTS)]
        history.guess = Piece(t, t + h, reduce(hcat, [values; slopes])*HERMITE')
        scale = inner.abstol .+ inner.reltol.*max.(abs.(u), abs.(value))
        settled = !history.isout || before !== nothing && maximum(abs.(value - before)./scale) < 1e-3
        settled && return value, maximum(abs.(error)./scale)
        before = value
    end
    return u, Inf
end

end
