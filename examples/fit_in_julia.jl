# Fit a parameter of van der Pol's oscillator with BlackBoxOptim.jl, on files that need Julia alone:
#
#     rates export model_templates.oscillators.vanderpol.vdp --time 20 --step 0.01 --backend julia -o vdp
#     julia examples/fit_in_julia.jl vdp
#
# The package is needed: using Pkg; Pkg.add("BlackBoxOptim").

using BlackBoxOptim: bboptimize, best_candidate, best_fitness

const FOLDER = abspath(ARGS[1])
include(joinpath(FOLDER, "field.jl"))
include(joinpath(FOLDER, "parameters.jl"))  # inp and start are used, mu is what is looked for
using .FieldModel: field

"x after each of some steps of Heun's method, for one value of mu."
function trace(mu; h=0.01, steps=2000)
    y = copy(start)
    k1, k2, moved = similar(y), similar(y), similar(y)
    x = zeros(steps)
    for step in 1:steps
        t = (step - 1)*h
        field(k1, y, t, mu, inp)
        @. moved = y + h*k1
        field(k2, moved, t + h, mu, inp)
        @. y = y + h*(0.5*k1 + 0.5*k2)
        x[step] = y[1]
    end
    return x
end

const TARGET = trace(2.5)
loss(candidate) = sum(abs2, trace(candidate[1]) .- TARGET)/length(TARGET)

found = bboptimize(loss; SearchRange=(0.5, 5.0), NumDimensions=1, MaxSteps=2000, TraceMode=:silent)
println("mu = ", round(best_candidate(found)[1], digits=4), ", loss = ", best_fitness(found))
