"""
A stand-in for the package of this name, for tests: what rates-julia calls of it, over methods of its own.

All explicit methods are extrapolation of the midpoint rule, all others that of the linearly implicit Euler method.
"""
module OrdinaryDiffEq

using LinearAlgebra: I, lu

export ODEFunction, ODEProblem, init, step!, get_proposed_dt

const EXPLICIT = (:Tsit5, :BS3, :DP5, :Vern6, :Vern7, :Vern8, :Vern9)
const IMPLICIT = (:Rosenbrock23, :Rodas4, :Rodas5, :Rodas5P, :TRBDF2, :KenCarp4, :FBDF)

for name in EXPLICIT
    @eval struct $name
        lazy::Bool
    end
    # those of Verner compute what their interpolants take when these are asked, if they are not told otherwise
    @eval $name(; lazy = $(startswith(string(name), "Vern"))) = $name(lazy)
end
for name in IMPLICIT
    @eval struct $name
        function $name(; autodiff)
            autodiff === false || error("numbers of other types do not go through a module's rooms")
            return new()
        end
    end
end

struct ODEFunction
    f::Any
    jac::Any
end
ODEFunction(f; jac = nothing) = ODEFunction(f, jac)

struct ODEProblem
    f::ODEFunction
    u0::Vector{Float64}
    tspan::Tuple{Float64,Float64}
    p::Any
end

mutable struct Solution
    retcode::Symbol
end

mutable struct Integrator
    problem::ODEProblem
    explicit::Bool
    reltol::Any
    abstol::Any
    dtmax::Float64
    dt::Float64
    t::Float64
    u::Vector{Float64}
    tprev::Float64
    uprev::Vector{Float64}
    sol::Solution
end

function init(problem, method; reltol, abstol, dtmax, maxiters, save_everystep, calck, dt = 1e-3)
    maxiters == typemax(Int) && !save_everystep && calck || error("this is not how rates-julia calls it")
    explicit = nameof(typeof(method)) in EXPLICIT
    t, u = problem.tspan[1], copy(problem.u0)
    return Integrator(problem, explicit, reltol, abstol, dtmax, dt, t, u, t, u, Solution(:Default))
end

get_proposed_dt(integrator::Integrator) = integrator.dt

function step!(integrator::Integrator)
    t, u = integrator.t, integrator.u
    while true
        h = min(integrator.dt, integrator.dtmax, integrator.problem.tspan[2] - t)
        value, error = extrapolated(integrator, u, t, h)
        size = maximum(abs.(error)./(integrator.abstol .+ integrator.reltol.*max.(abs.(u), abs.(value))))
        integrator.dt = h*clamp(0.8*(isnan(size) ? Inf : size)^(-1/5), 0.1, 4.0)
        if size <= 1
            last = integrator.problem.tspan[2]
            integrator.tprev, integrator.uprev = t, u
            integrator.t, integrator.u = last - (t + h) < 1e-14*max(1.0, abs(last)) ? last : t + h, value
            return nothing
        elseif h < 1e-13*max(1.0, abs(t))
            integrator.sol.retcode = isnan(size) ? :Unstable : :DtLessThanMin
            return nothing
        end
    end
end

(integrator::Integrator)(t) = extrapolated(integrator, integrator.uprev, integrator.tprev, t - integrator.tprev)[1]

function extrapolated(integrator, u, t, h, jacobian = jacobian_of(integrator, u, t))
    counts = integrator.explicit ? (2, 4, 6, 8) : (1, 2, 3, 4, 5, 6)
    power = integrator.explicit ? 2 : 1
    before = Vector{Float64}[]
    for (row, count) in enumerate(counts)
        part = integrator.explicit ? midpoint(integrator.problem, u, t, h, count) :
            implicit(integrator.problem, jacobian, u, t, h, count)
        now = [part]
        for k in 2:row
            push!(now, now[k - 1] + (now[k - 1] - before[k - 1])/((count/counts[row - k + 1])^power - 1))
        end
        before = now
    end
    return before[end], before[end] - before[end - 1]
end

jacobian_of(integrator, u, t) = integrator.explicit ? nothing : matrix(integrator.problem, u, t)

function slope(problem, u, t)
    dy = similar(u)
    problem.f.f(dy, u, problem.p, t)
    return dy
end

function midpoint(problem, u, t, h, count)
    step = h/count
    last, now = u, u + step*slope(problem, u, t)
    for k in 1:count - 1
        last, now = now, last + 2*step*slope(problem, now, t + k*step)
    end
    return now
end

function implicit(problem, jacobian, u, t, h, count)
    step = h/count
    factors = lu(I - step*jacobian)
    for k in 1:count
        u = u + factors\(step*slope(problem, u, t + k*step))
    end
    return u
end

function matrix(problem, u, t)
    found = zeros(length(u), length(u))
    if problem.f.jac !== nothing
        problem.f.jac(found, u, problem.p, t)
        return found
    end
    for k in eachindex(u)
        moved = copy(u)
        moved[k] += 1e-7*max(1.0, abs(u[k]))
        found[:, k] = (slope(problem, moved, t) - slope(problem, u, t))/(moved[k] - u[k])
    end
    return found
end

end
