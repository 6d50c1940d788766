function rates_server()
% Answer what messages on standard input ask for, until there are no more of them.
%
% A message is the number of its doubles and then these; so is an answer, on standard output.
warning('off', 'all');
while true
  message = rates_receive();
  if isempty(message)
    return
  end
  rates_send(rates_answer(message));
end
end

function message = rates_receive()
% The next message; empty where there is none.
message = fread(0, 1, 'double');
if ~isempty(message)
  message = fread(0, message, 'double');
end
end

function rates_send(message)
% Send a column of doubles.
fwrite(1, [numel(message); message], 'double');
fflush(stdout);
end

function message = rates_asked(number, t)
% The message with what a function of the other side returns at a time.
rates_send([2; number; t]);
message = rates_receive();
if message(1) ~= 4
  error('rates:asked', 'A function of time fails.');
end
end
