# Julia's end of the pipe: loads modules, calls their functions, and sends back what they return and write.
#
# Everything is little-endian as it lies in memory. A request is a number and what belongs to it; an answer is 0 and
# the results, 1 and the text of an error with its line, 2 where a computed index has no place on its axis, or 3 where
# Python is to compute values at a time.
module RatesServer

const LOAD, CALL, KEEP, KEEP_RESULT, DROP = 1, 2, 3, 4, 5
const DONE, FAILED, NO_PLACE, ASKED = 0, 1, 2, 3
const ENTRIES = (Float64, ComplexF64, Int64, Int32)

const kept = Dict{Int,Any}()
const last_kept = Ref(0)

"An array that is sent back after a call, if it is one that the function writes."
struct Given
    value::Any
    back::Bool
end

"A function of time that Python computes."
struct Asked{T} <: Function
    number::Int
    width::Int
    input::IO
    output::IO
end

function (asked::Asked{T})(t) where {T}
    values = Vector{T}(undef, asked.width)
    question = IOBuffer()
    write(question, ASKED, asked.number, Float64(t))
    write(asked.output, take!(question))
    read(asked.input, Int) == 0 || error("a function of time failed")
    read!(asked.input, values)
    return asked.width == 1 ? values[1] : values
end

function keep(value)
    last_kept[] += 1
    kept[last_kept[]] = value
    return last_kept[]
end

text(input) = String(read!(input, Vector{UInt8}(undef, read(input, Int))))

function array(input, output)
    element, way, dimensions = ENTRIES[read(input, Int)], read(input, Int), read(input, Int)
    sizes = ntuple(_ -> read(input, Int), dimensions)
    values = Array{element}(undef, sizes)
    way == 2 ? fill!(values, 0) : read!(input, values)
    return Given(values, way > 0)
end

function value(input, output)
    kind = read(input, Int)
    kind == 1 && return Given(read(input, Int), false)
    kind == 2 && return Given(read(input, Float64), false)
    kind == 3 && return Given(complex(read(input, Float64), read(input, Float64)), false)
    kind == 4 && return array(input, output)
    kind == 5 && return Given(kept[read(input, Int)], false)
    if kind == 6
        element, number, width = ENTRIES[read(input, Int)], read(input, Int), read(input, Int)
        return Given(Asked{element}(number, width, input, output), false)
    end
    kind == 7 && return Given(named(input, output), false)
    kind == 8 && return Given(getfield(kept[read(input, Int)], Symbol(text(input))), false)
    error("no value is of kind $kind")
end

function named(input, output)
    names, values = Symbol[], Any[]
    for _ in 1:read(input, Int)
        push!(names, Symbol(text(input)))
        push!(values, value(input, output).value)
    end
    return NamedTuple{Tuple(names)}(Tuple(values))
end

answer(results, ::Nothing) = write(results, 0)
answer(results, result::Integer) = write(results, 1, Int(result))
answer(results, result::Float64) = write(results, 2, result)
answer(results, result::String) = write(results, 4, sizeof(result), codeunits(result))
answer(results, result::Tuple) = (write(results, 3, length(result)); foreach(part -> answer(results, part), result))

"The line of a generated module on which an error arose, and 0 for none."
function line_of(trace)
    for frame in stacktrace(trace)
        startswith(basename(string(frame.file)), "rates_") && return frame.line
    end
    return 0
end

function failed(results, err, trace)
    if nameof(typeof(err)) === :PlaceError
        write(results, NO_PLACE)
        return
    end
    inner = err isa LoadError ? err.error : err
    message = Vector{UInt8}(codeunits(first(sprint(showerror, inner), 2000)))
    line = err isa LoadError ? err.line : line_of(trace)
    write(results, FAILED, line, length(message), message)
end

function load(name, source)
    place = Module(gensym(:rates))
    Base.include_string(place, source, "rates_$name.jl")
    return keep(getfield(place, Symbol(name)))
end

"Call a function for each list of arguments, on as many threads as Julia was started with."
function call_all(f, lists)
    results = Vector{Any}(undef, length(lists))
    if length(lists) == 1 || Threads.nthreads() == 1
        for (number, list) in enumerate(lists)
            results[number] = Base.invokelatest(f, (given.value for given in list)...)
        end
        return results
    end
    Threads.@threads for number in eachindex(lists)
        results[number] = Base.invokelatest(f, (given.value for given in lists[number])...)
    end
    return results
end

"Read what belongs to a request; an error here ends Julia, for what follows could not be understood."
function received(input, output, kind)
    kind == LOAD && return (text(input), text(input))
    kind == KEEP && return (value(input, output).value,)
    kind == DROP && return (read(input, Int),)
    from, name = kept[read(input, Int)], Symbol(text(input))
    return (from, name, [[value(input, output) for _ in 1:read(input, Int)] for _ in 1:read(input, Int)])
end

function perform(results, kind, parts)
    kind == LOAD && return write(results, DONE, load(parts...))
    kind == KEEP && return write(results, DONE, keep(parts...))
    if kind == DROP
        delete!(kept, parts...)
        return write(results, DONE)
    end
    from, name, lists = parts
    returned = call_all(getfield(from, name), lists)
    write(results, DONE)
    for (result, list) in zip(returned, lists)
        kind == CALL ? answer(results, result) : write(results, keep(result))
        for given in list
            given.back && write(results, given.value)
        end
    end
end

"Bytes that go back, about: a buffer that grows is copied."
function room(kind, parts)
    kind in (CALL, KEEP_RESULT) || return 64
    bytes = 64
    for list in parts[3], given in list
        bytes += given.back ? sizeof(given.value) : 0
    end
    return bytes
end

function serve(input, output)
    while !eof(input)
        kind = read(input, Int)
        parts = received(input, output, kind)
        results = IOBuffer(sizehint=room(kind, parts))  # one write is much faster than many
        try
            perform(results, kind, parts)
        catch err
            results = IOBuffer()
            failed(results, err, catch_backtrace())
        end
        write(output, take!(results))
    end
end

end

RatesServer.serve(stdin, stdout)
