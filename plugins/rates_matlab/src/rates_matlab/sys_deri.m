function J = sys_deri(xx, par, nx, np, v)
% Derivatives of sys_rhs as DDE-BIFTOOL asks for them: by columns nx of xx, counted from 0, and by parameter np.
% First ones are exact, second ones are central differences of those.
if numel(nx) == 1 && isempty(np)
  J = by_column(xx, par, nx);
elseif isempty(nx) && numel(np) == 1
  J = by_parameter(xx, par, np);
elseif numel(nx) == 1 && numel(np) == 1
  h = 1e-5*max(abs(par(np)), 1);
  more = par;
  less = par;
  more(np) = par(np) + h;
  less(np) = par(np) - h;
  J = (by_column(xx, more, nx) - by_column(xx, less, nx))/(2*h);
elseif numel(nx) == 2 && isempty(np)
  J = zeros(size(xx, 1));
  for k = 1:size(xx, 1)
    h = 1e-5*max(abs(xx(k, nx(2) + 1)), 1);
    more = xx;
    less = xx;
    more(k, nx(2) + 1) = xx(k, nx(2) + 1) + h;
    less(k, nx(2) + 1) = xx(k, nx(2) + 1) - h;
    J(:, k) = (by_column(more, par, nx(1)) - by_column(less, par, nx(1)))*v(:)/(2*h);
  end
else
  error('sys_deri:order', 'There is no such derivative: nx has %d entries, np %d.', numel(nx), numel(np));
end
end
