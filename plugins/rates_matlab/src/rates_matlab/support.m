function value = choose(condition, a, b)
% a where the condition holds, b elsewhere.
if isscalar(condition) && isscalar(a) && isscalar(b)
  if condition
    value = a;
  else
    value = b;
  end
else
  count = max([numel(condition), numel(a), numel(b)]);
  condition = condition & true(count, 1);
  a = a + zeros(count, 1);
  value = b + zeros(count, 1);
  value(condition) = a(condition);
end
end

function i = place(i, count)
% Place on an axis, counted from 1, for one that a model computes and that counts from 0.
wrong = i(~(i >= 0 & i < count & fix(i) == i));
if ~isempty(wrong)
  error('rates:index', 'An index is a whole number from 0 to %d, not %.17g.', count - 1, wrong(1));
end
i = i + 1;
end

function value = real_sqrt(x)
% Square root; NaN for negative numbers, whose root is not real.
x(x < 0) = NaN;
value = sqrt(x);
end

function value = real_log(x)
% Natural logarithm; NaN for negative numbers, whose logarithm is not real.
x(x < 0) = NaN;
value = log(x);
end

function value = real_log10(x)
% Decimal logarithm; NaN for negative numbers, whose logarithm is not real.
x(x < 0) = NaN;
value = log10(x);
end

function value = real_asin(x)
% Inverse sine; NaN outside of [-1, 1].
x(abs(x) > 1) = NaN;
value = asin(x);
end

function value = real_acos(x)
% Inverse cosine; NaN outside of [-1, 1].
x(abs(x) > 1) = NaN;
value = acos(x);
end

function value = real_power(x, exponent)
% Power of real numbers; NaN for a negative base and a fractional exponent.
value = abs(x).^exponent;
negative = x < 0 & true(size(value));
odd = negative & mod(exponent, 2) == 1;
value(odd) = -value(odd);
value(negative & fix(exponent) ~= exponent) = NaN;
end

function value = quotient(a, b)
% Quotient of complex numbers; NaN for the divisor 0, which may have lost its imaginary part.
value = a./b;
value(b == 0 & true(size(value))) = complex(NaN, NaN);
end

function value = least(a, b)
% The smaller number; NaN if one is.
value = min(a, b);
value(isnan(a) | isnan(b)) = NaN;
end

function value = most(a, b)
% The larger number; NaN if one is.
value = max(a, b);
value(isnan(a) | isnan(b)) = NaN;
end

function value = smallest(x)
% The smallest entry; NaN if one is.
value = min(x);
if any(isnan(x))
  value = NaN;
end
end

function value = largest(x)
% The largest entry; NaN if one is.
value = max(x);
if any(isnan(x))
  value = NaN;
end
end

function value = half_even(x)
% The nearest whole number, halves to the even one.
value = round(x);
half = abs(x - fix(x)) == 0.5;
value(half) = 2*round(x(half)/2);
end

function value = unit_step(x)
% 0 for negative numbers, else 1.
value = double(x >= 0);
value(isnan(x)) = NaN;
end

function value = remainder(a, b)
% Remainder of a/b with the sign of a.
value = a - b.*fix(a./b);
far = isinf(b) & isfinite(a) & true(size(value));
if any(far)
  a = a + zeros(size(value));
  value(far) = a(far);
end
end

function value = modulo(a, b)
% Remainder of a/b with the sign of b.
value = a - b.*floor(a./b);
far = isinf(b) & isfinite(a) & true(size(value));
if any(far)
  a = a + zeros(size(value));
  b = b + zeros(size(value));
  value(far) = a(far);
  other = far & a.*b < 0;
  value(other) = b(other);
end
end

function value = entry(x, i)
% Entries of a vector.
value = x(i);
end

function value = entries(x, i)
% Rows of a matrix; one alone as a column.
value = x(i, :);
if isscalar(i)
  value = value.';
end
end

function value = sampled(samples, t, step_size)
% An input at time t, of which samples has one row per step: linear in between, constant beyond.
count = size(samples, 1);
position = min(max(t/step_size, 0), count - 1);
k = max(min(floor(position), count - 2), 0);
share = position - k;
value = samples(k + 1, :).';
if share > 0
  value = (1 - share)*value + share*samples(k + 2, :).';
end
end

function value = buffered(buffer, t, delay, step_size, samples)
% Past values at t - delay; row k + 1 holds those of k steps before the last point of the grid.
% Between rows it is the polynomial through samples of them, beyond the last one that row.
position = t/step_size;
age = delay/step_size - (position - floor(position + 1e-9));
if abs(age - round(age)) < 1e-9
  age = round(age);
end
count = size(buffer, 1);
age = min(age, count - 1);
k = max(floor(age), 0);
value = buffer(k + 1, :).';
if age ~= k
  start = max(min(ceil(age) - fix(samples/2), count - samples), 0);
  final = min(start + samples, count) - 1;
  value = zeros(size(value));
  for k = start:final
    others = [start:k - 1, k + 1:final];
    value = value + prod((age - others)./(k - others))*buffer(k + 1, :).';
  end
end
end

function value = gathered(buffer, places, weights)
% Past values: weighted sums of samples, or the samples themselves where there are no weights.
value = buffer(places);
if ~isempty(weights)
  value = sum(weights.*value, 2);
end
end
