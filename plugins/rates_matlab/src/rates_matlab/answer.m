function answer = rates_answer(message)
% What a message asks for, as a column of doubles that begins with 0, or with 1 where it fails.
%
% A value in a message is its kind (0 real, 1 complex, 2 text), the number of its axes, their lengths, and its
% numbers column by column. Kinds for short: 3 a value that is kept here, by its number; 4 a function of time
% that the other side has, by its number; 5 a real number; 6 a real column, behind its length.
persistent kept
if isempty(kept)
  kept = {};
end
try
  [answer, kept] = answered(message, kept);
catch failure
  answer = described(failure);
end
end

function [answer, kept] = answered(message, kept)
% What a message asks for.
answer = 0;
switch message(1)
  case 1  % call a function
    arguments = cell(1, message(5));
    at = 6;
    for k = 1:message(5)
      kind = message(at);
      if kind == 5
        arguments{k} = message(at + 1);
        at = at + 2;
      elseif kind == 6
        count = message(at + 1);
        arguments{k} = message(at + 2:at + 1 + count);
        at = at + 2 + count;
      elseif kind == 3
        arguments{k} = kept{message(at + 1)};
        at = at + 2;
      else
        [arguments{k}, at] = taken(message, at);
      end
    end
    if message(3)
      kept{message(3)} = kept{message(2)}(arguments{:});
    elseif message(4) == 1
      answer = [0; written(kept{message(2)}(arguments{:}))];
    else
      results = cell(1, message(4));
      [results{:}] = kept{message(2)}(arguments{:});
      given = cellfun(@written, results, 'UniformOutput', false);
      answer = vertcat(0, given{:});
    end
  case 2  % take functions from a file
    [folder, at] = taken(message, 2);
    [name, at] = taken(message, at);
    addpath(folder);
    try
      handles = feval(name);
    catch failure
      rmpath(folder);
      rethrow(failure);
    end
    rmpath(folder);
    kept(message(at + (1:message(at)))) = handles;
  case 3  % keep a struct
    fields = struct();
    at = 4;
    for k = 1:message(3)
      [name, at] = taken(message, at);
      [fields.(name), at] = taken(message, at);
    end
    kept{message(2)} = fields;
end
end

function [value, at] = taken(message, at)
% The value at a place of a message, and the place behind it.
kind = message(at);
if kind == 4
  number = message(at + 1);
  value = @(t) taken(rates_asked(number, t), 2);
  at = at + 2;
elseif kind == 5
  value = message(at + 1);
  at = at + 2;
elseif kind == 6
  count = message(at + 1);
  value = message(at + 2:at + 1 + count);
  at = at + 2 + count;
else
  axes = message(at + 1);
  lengths = message(at + 2:at + 1 + axes).';
  at = at + 2 + axes;
  count = prod(lengths);
  if kind == 1
    value = reshape(complex(message(at:2:at + 2*count - 1), message(at + 1:2:at + 2*count - 1)), lengths);
    at = at + 2*count;
  else
    value = reshape(message(at:at + count - 1), lengths);
    at = at + count;
    if kind == 2
      value = char(value);
    end
  end
end
end

function numbers = written(value)
% A value as a column of doubles.
if issparse(value)
  value = full(value);
end
if isreal(value)
  numbers = [0; ndims(value); size(value).'; value(:)];
else
  pairs = [real(value(:)), imag(value(:))].';
  numbers = [1; ndims(value); size(value).'; pairs(:)];
end
end

function answer = described(failure)
% An error as an answer: identifier, text, and where it happened.
line = 0;
name = '';
for k = 1:numel(failure.stack)
  [folder, file] = fileparts(failure.stack(k).file);
  if strncmp(file, 'rates_module', 12)
    line = failure.stack(k).line;
    name = failure.stack(k).name;
    break
  end
end
answer = [1; written(double(failure.identifier(:))); written(double(failure.message(:))); written(double(name(:))); written(line)];
end
