function solution = solve_dde(ddefun, lags, history, tspan, options)
% solve_dde  Delay differential equations with constant delays, as dde23 solves them.
%
% solution = solve_dde(ddefun, lags, history, tspan, options): ddefun(t, y, Z), where each column of Z is
% y(t - lags(j)); history is a column or a function of time; options is a struct, of which RelTol (1e-3),
% AbsTol (1e-6) and MaxStep are read. solution.x has the times of steps, solution.y a column for each.
%
% An explicit pair of orders 3 and 2 with a cubic interpolant; no step is longer than the shortest delay,
% and steps end where the solution is not smooth: at sums of up to three delays behind the start.
if nargin < 5
  options = struct();
end
relative = setting(options, 'RelTol', 1e-3);
absolute = setting(options, 'AbsTol', 1e-6);
longest = min([setting(options, 'MaxStep', (tspan(end) - tspan(1))/10), min(lags(:))]);
t = tspan(1);
y = at_time(history, t);
stops = [jumps(lags, t, tspan(end)), tspan(end)];
solution = struct('solver', 'solve_dde', 'history', {history}, 'x', t, 'y', y, 'yp', []);
k1 = ddefun(t, y, past(t, lags, solution, 1));
solution.yp = k1;
room = 256;
solution = grown(solution, room);
count = 1;
step = min(longest, 1e-2*max(norm(y), 1e-3)/max(norm(k1), 1e-10));
for stop = stops
  while t < stop
    step = min(step, longest);
    ends = t + 1.01*step >= stop;
    if ends
      step = stop - t;
    end
    k2 = ddefun(t + step/2, y + step/2*k1, past(t + step/2, lags, solution, count));
    k3 = ddefun(t + 3/4*step, y + 3/4*step*k2, past(t + 3/4*step, lags, solution, count));
    moved = y + step*(2/9*k1 + 1/3*k2 + 4/9*k3);
    if ends
      later = stop;
    else
      later = t + step;
    end
    k4 = ddefun(later, moved, past(later, lags, solution, count));
    difference = step*(-5/72*k1 + 1/12*k2 + 1/9*k3 - 1/8*k4);
    failed = norm(difference./(absolute + relative*max(abs(y), abs(moved))), Inf);
    if failed <= 1
      t = later;
      y = moved;
      k1 = k4;
      count = count + 1;
      if count > room
        solution = grown(solution, room);
        room = 2*room;
      end
      solution.x(count) = t;
      solution.y(:, count) = y;
      solution.yp(:, count) = k1;
    elseif step < 16*eps(t)
      error('solve_dde:step', 'The step becomes too small at t = %g.', t);
    end
    step = step*min(5, max(0.2, 0.9*max(failed, 1e-10)^(-1/3)));
  end
end
solution.x = solution.x(1:count);
solution.y = solution.y(:, 1:count);
solution.yp = solution.yp(:, 1:count);
end

function value = setting(options, name, default)
% An option, or its default.
value = default;
if isfield(options, name) && ~isempty(options.(name))
  value = options.(name);
end
end

function value = at_time(history, t)
% The solution before the start.
if isa(history, 'function_handle')
  value = history(t);
  value = value(:);
else
  value = history(:);
end
end

function times = jumps(lags, start, stop)
% Times at which a derivative of the solution jumps.
level = start;
times = [];
for k = 1:3
  level = unique(reshape(bsxfun(@plus, level(:), lags(:).'), 1, []));
  level = level(level < stop);
  times = [times, level];
end
times = unique(times);
times = times([true(1, min(numel(times), 1)), diff(times) > 1e-9*max(abs(stop), 1)]);
end

function solution = grown(solution, room)
% The solution with room for more steps.
solution.x = [solution.x, zeros(1, room)];
solution.y = [solution.y, zeros(size(solution.y, 1), room)];
solution.yp = [solution.yp, zeros(size(solution.y, 1), room)];
end

function values = past(t, lags, solution, count)
% y at each delay before t: cubic polynomials on steps, the history before the start.
values = zeros(size(solution.y, 1), numel(lags));
for j = 1:numel(lags)
  time = t - lags(j);
  if time <= solution.x(1) || count == 1
    values(:, j) = at_time(solution.history, time);
  else
    last = min(find(solution.x(1:count) >= time, 1), count);
    if isempty(last)
      last = count;
    end
    first = last - 1;
    width = solution.x(last) - solution.x(first);
    s = (time - solution.x(first))/width;
    values(:, j) = (1 + 2*s)*(1 - s)^2*solution.y(:, first) + s^2*(3 - 2*s)*solution.y(:, last) ...
        + width*(s*(1 - s)^2*solution.yp(:, first) - s^2*(1 - s)*solution.yp(:, last));
  end
end
end
