! Functions that generated modules contain where they need them. Each ends with a line of its own.

  !> Not a number.
  pure real(dp) function nan()
    nan = ieee_value(nan, ieee_quiet_nan)
  end function

  !> Larger than all numbers.
  pure real(dp) function infinity()
    infinity = ieee_value(infinity, ieee_positive_inf)
  end function

  !> 0 for x < 0, else 1; NaN stays NaN.
  elemental real(dp) function heaviside(x)
    real(dp), intent(in) :: x
    heaviside = merge(0.0_dp, 1.0_dp, x < 0)
    if (x /= x) heaviside = x
  end function

  !> 1/(1 + exp(-x)).
  elemental real(dp) function sigmoid(x)
    real(dp), intent(in) :: x
    sigmoid = 1.0_dp/(1.0_dp + exp(-x))
  end function

  !> 1/(1 + exp(-z)).
  elemental complex(dp) function complex_sigmoid(z)
    complex(dp), intent(in) :: z
    complex_sigmoid = 1.0_dp/(1.0_dp + exp(-z))
  end function

  !> Remainder of x/y with the sign of y.
  elemental real(dp) function remainder(x, y)
    real(dp), intent(in) :: x, y
    remainder = mod(x, y)
    if (remainder == 0) then
      remainder = sign(remainder, y)
    else if ((remainder < 0) .neqv. (y < 0)) then
      remainder = remainder + y
    end if
  end function

  !> The largest whole number that is not above x.
  elemental real(dp) function rounded_down(x)
    real(dp), intent(in) :: x
    rounded_down = aint(x)
    if (rounded_down > x) rounded_down = rounded_down - 1
  end function

  !> The smallest whole number that is not below x.
  elemental real(dp) function rounded_up(x)
    real(dp), intent(in) :: x
    rounded_up = aint(x)
    if (rounded_up < x) rounded_up = rounded_up + 1
  end function

  !> The nearest whole number, of two the even one.
  elemental real(dp) function rounded(x)
    real(dp), intent(in) :: x
    rounded = anint(x)
    if (abs(rounded - x) == 0.5_dp) rounded = 2*anint(x/2)
  end function

  !> -1, 0 or 1; NaN stays NaN.
  elemental real(dp) function sign_of(x)
    real(dp), intent(in) :: x
    sign_of = merge(1.0_dp, 0.0_dp, x > 0) - merge(1.0_dp, 0.0_dp, x < 0)
    if (x /= x) sign_of = x
  end function

  !> The smaller of two numbers, NaN if one is.
  elemental real(dp) function smaller(x, y)
    real(dp), intent(in) :: x, y
    smaller = merge(x, y, x < y .or. x /= x)
  end function

  !> The larger of two numbers, NaN if one is.
  elemental real(dp) function larger(x, y)
    real(dp), intent(in) :: x, y
    larger = merge(x, y, x > y .or. x /= x)
  end function

  !> A quotient of complex numbers, infinite where the divisor is 0.
  elemental complex(dp) function quotient(x, y)
    complex(dp), intent(in) :: x, y
    quotient = x/y
  end function

  !> x to the power of y.
  elemental real(dp) function power(x, y)
    real(dp), intent(in) :: x, y
    power = x**y
  end function

  !> x to the power of y for complex numbers; 0**y is 0 for a positive y, and 0**0 is 1.
  elemental complex(dp) function complex_power(x, y)
    complex(dp), intent(in) :: x, y
    if (x /= 0) then
      complex_power = exp(y*log(x))
    else if (y == 0) then
      complex_power = 1
    else if (real(y, dp) > 0) then
      complex_power = 0
    else
      complex_power = cmplx(ieee_value(0.0_dp, ieee_quiet_nan), ieee_value(0.0_dp, ieee_quiet_nan), dp)
    end if
  end function

  !> The place on an axis that a computed index, counted from 0, stands for; `fault` is set if there is none.
  integer function checked(index, length)
    real(dp), intent(in) :: index
    integer, intent(in) :: length
    if (index >= 0 .and. index < length .and. index == aint(index)) then
      checked = int(index) + 1
    else
      fault = 1
      checked = 1
    end if
  end function

  !> The places on an axis that computed indices stand for.
  function places(indices, length)
    real(dp), intent(in) :: indices(:)
    integer, intent(in) :: length
    integer :: places(size(indices)), i
    do i = 1, size(indices)
      places(i) = checked(indices(i), length)
    end do
  end function

  !> A delayed value: a sample, or the weighted sum of those from a place on.
  pure <type>(dp) function <>past(buffer, place, width, samples, weights)
    <type>(dp), intent(in) :: buffer(0:*)
    real(dp), intent(in) :: weights(*)
    integer, intent(in) :: place, width, samples
    integer :: sample
    if (samples == 0) then
      <>past = buffer(place)
    else
      <>past = weights(1)*buffer(place)
      do sample = 2, samples
        <>past = <>past + weights(sample)*buffer(place + (sample - 1)*width)
      end do
    end if
  end function

  !> The product of a matrix and a vector, four columns at a time.
  pure subroutine multiply(out, matrix, vector)
    real(dp), intent(out) :: out(:)
    real(dp), intent(in), contiguous :: matrix(:, :), vector(:)
    integer :: j, whole
    whole = size(vector)/4*4
    out = 0
    do j = 1, whole, 4
      out = out + (matrix(:, j)*vector(j) + matrix(:, j + 1)*vector(j + 1) &
        + matrix(:, j + 2)*vector(j + 2) + matrix(:, j + 3)*vector(j + 3))
    end do
    do j = whole + 1, size(vector)
      out = out + matrix(:, j)*vector(j)
    end do
  end subroutine

  !> An input between two of its samples, which is the last one beyond them.
  pure real(dp) function sampled(samples, width, entry, count, place)
    integer, intent(in) :: width, entry
    integer(long), intent(in) :: count
    real(dp), intent(in) :: samples(width, 0:count - 1), place
    real(dp) :: inside, share
    integer(long) :: k
    inside = min(max(place, 0.0_dp), real(count - 1, dp))
    k = int(inside, long)
    share = inside - k
    sampled = samples(entry, k)
    if (share /= 0) sampled = (1 - share)*sampled + share*samples(entry, k + 1)
  end function

  !> A past value at t - delay; column k of the buffer holds those of k steps before the last point of the grid.
  !! Between columns it is the polynomial through samples of them, beyond the last one that column.
  pure <type>(dp) function <>buffered(buffer, width, rows, entry, t, delay, step_size, samples)
    integer, intent(in) :: width, entry, samples
    integer(long), intent(in) :: rows
    <type>(dp), intent(in) :: buffer(width, 0:rows - 1)
    real(dp), intent(in) :: t, delay, step_size
    real(dp) :: place, age, share
    integer(long) :: first, last, row, other
    place = t/step_size
    age = delay/step_size - (place - floor(place + 1e-9_dp, long))
    if (abs(age - anint(age)) < 1e-9_dp) age = anint(age)
    if (age > rows - 1) age = real(rows - 1, dp)
    row = max(floor(age, long), 0_long)
    <>buffered = buffer(entry, row)
    if (age == row) return
    first = max(min(ceiling(age, long) - samples/2, rows - samples), 0_long)
    last = min(first + samples, rows) - 1
    <>buffered = 0
    do row = first, last
      share = 1
      do other = first, last
        if (other /= row) share = share*((age - other)/(row - other))
      end do
      <>buffered = <>buffered + share*buffer(entry, row)
    end do
  end function

  !> Inputs between two of their samples, which are the last ones beyond them.
  pure subroutine sampled_all(values, samples, width, count, place)
    integer, intent(in) :: width
    integer(long), intent(in) :: count
    real(dp), intent(out) :: values(width)
    real(dp), intent(in) :: samples(width, 0:count - 1), place
    integer :: entry
    do entry = 1, width
      values(entry) = sampled(samples, width, entry, count, place)
    end do
  end subroutine

  !> The norm of an error, made smaller where that of a second, coarser one is much larger.
  pure real(dp) function damped(fine, coarse)
    real(dp), intent(in) :: fine, coarse
    damped = fine
    if (fine /= 0 .and. abs(fine) <= huge(fine)) damped = fine/hypot(1.0_dp, 0.1_dp*(coarse/fine))
  end function

  !> What a read takes from stored steps; its entries stand in the order of their times.
  !! found is the step from which the first entry was taken the last time, 0 before.
  subroutine <>lagged(values, t, entries, delays, sources, targets, starts, ends, kept, width, factors, found)
    integer, intent(in) :: entries, sources(entries), targets(entries), width
    integer(long), intent(in) :: kept
    integer(long), intent(inout) :: found
    real(dp), intent(in) :: t, delays(entries), starts(kept), ends(kept)
    <type>(dp), intent(in) :: factors(width, powers, kept)
    <type>(dp), intent(inout) :: values(*)
    integer(long) :: place
    integer :: entry
    real(dp) :: delay, x
    place = found
    delay = -1
    x = 0
    do entry = 1, entries
      if (delays(entry) /= delay) then
        delay = delays(entry)
        place = step_at(starts, kept, place, t - delay)
        if (entry == 1) found = place
        x = 2*min(1.0_dp, (t - delay - starts(place))/(ends(place) - starts(place))) - 1
      end if
      values(targets(entry)) = <>chebyshev(factors, width, sources(entry), place, x)
    end do
  end subroutine

  !> The last step that begins at a time or before it, the first one if none does; looked for around a place.
  pure integer(long) function step_at(starts, kept, place, t)
    integer(long), intent(in) :: kept, place
    real(dp), intent(in) :: starts(kept), t
    integer(long) :: above, middle
    if (place > 0) then
      step_at = place
      do while (step_at < kept)
        if (starts(step_at + 1) > t) exit
        step_at = step_at + 1
      end do
      do while (step_at > 1)
        if (starts(step_at) <= t) exit
        step_at = step_at - 1
      end do
    else
      step_at = 1
      above = kept + 1
      do while (above - step_at > 1)
        middle = (step_at + above)/2
        if (starts(middle) <= t) then
          step_at = middle
        else
          above = middle
        end if
      end do
    end if
  end function

  !> The sum of Chebyshev polynomials that an entry is on a step.
  pure <type>(dp) function <>chebyshev(factors, width, entry, step, x)
    integer, intent(in) :: width, entry
    integer(long), intent(in) :: step
    <type>(dp), intent(in) :: factors(width, powers, *)
    real(dp), intent(in) :: x
    <type>(dp) :: later, value, next
    integer :: power
    later = 0
    value = factors(entry, powers, step)
    do power = powers - 1, 2, -1
      next = 2*x*value + (factors(entry, power, step) - later)
      later = value
      value = next
    end do
    <>chebyshev = x*value + (factors(entry, 1, step) - later)
  end function

  !> Write the factors of a variable on a step from its samples.
  pure subroutine <>fitted(factors, width, step, samples, nodes, fit)
    integer, intent(in) :: width, nodes
    integer(long), intent(in) :: step
    <type>(dp), intent(inout) :: factors(width, powers, *)
    <type>(dp), intent(in) :: samples(width, nodes)
    real(dp), intent(in) :: fit(nodes, powers)
    integer :: power, node
    do power = 1, powers
      factors(:, power, step) = 0
      do node = 1, nodes
        factors(:, power, step) = factors(:, power, step) + fit(node, power)*samples(:, node)
      end do
    end do
  end subroutine

  !> Whether a variable is no polynomial on a step, by its last two factors and by its last samples.
  pure logical function <>rough(factors, width, step, samples, nodes, checks, ends, largest, tolerance)
    integer, intent(in) :: width, nodes, ends
    integer(long), intent(in) :: step
    <type>(dp), intent(in) :: factors(width, powers, *), samples(width, nodes)
    real(dp), intent(in) :: checks(powers, ends), largest, tolerance
    <type>(dp) :: value
    real(dp) :: off
    integer :: entry, check
    off = 0
    do entry = 1, width
      off = max(off, abs(factors(entry, powers - 1, step)) + abs(factors(entry, powers, step)))
      do check = 1, ends
        value = sum(checks(:, check)*factors(entry, :, step)) - samples(entry, nodes - ends + check)
        off = max(off, abs(value))
      end do
    end do
    <>rough = off > tolerance*<>grown(factors, width, step, largest)
  end function

  !> The size of the largest factor so far, with those of a step.
  pure real(dp) function <>grown(factors, width, step, largest)
    integer, intent(in) :: width
    integer(long), intent(in) :: step
    <type>(dp), intent(in) :: factors(width, powers, *)
    real(dp), intent(in) :: largest
    <>grown = max(largest, maxval(abs(factors(:, :, step))))
  end function

  !> Add derivatives by delayed values to those by the samples that the values are made of.
  pure subroutine read_back(bars, buffer, places, entries, width, samples, weights)
    integer, intent(in) :: entries, width, samples, places(entries)
    real(dp), intent(in) :: bars(entries), weights(max(samples, 1), entries)
    real(dp), intent(inout) :: buffer(0:*)
    integer :: i, sample
    do i = 1, entries
      if (samples == 0) buffer(places(i)) = buffer(places(i)) + bars(i)
      do sample = 1, samples
        buffer(places(i) + (sample - 1)*width) = buffer(places(i) + (sample - 1)*width) + weights(sample, i)*bars(i)
      end do
    end do
  end subroutine

  !> Add derivatives by delayed values to those by delays, which move the weights of samples.
  pure subroutine delayed_back(bars, by_delays, buffer, places, entries, width, samples, slopes)
    integer, intent(in) :: entries, width, samples, places(entries)
    real(dp), intent(in) :: bars(entries), buffer(0:*), slopes(samples, entries)
    real(dp), intent(inout) :: by_delays(entries)
    integer :: i, sample
    do i = 1, entries
      do sample = 1, samples
        by_delays(i) = by_delays(i) + slopes(sample, i)*buffer(places(i) + (sample - 1)*width)*bars(i)
      end do
    end do
  end subroutine

  !> The product of a matrix and a vector, of each trial.
  pure subroutine multiply_together(out, matrix, vector)
    real(dp), intent(out), contiguous :: out(:, :)
    real(dp), intent(in), contiguous :: matrix(:, :), vector(:, :)
    real(dp), dimension(trials) :: one, two, three, four
    integer :: i, j
    do i = 1, size(out, 2) - 3, 4
      one = 0
      two = 0
      three = 0
      four = 0
      do j = 1, size(vector, 2)
        one = one + matrix(i, j)*vector(:, j)
        two = two + matrix(i + 1, j)*vector(:, j)
        three = three + matrix(i + 2, j)*vector(:, j)
        four = four + matrix(i + 3, j)*vector(:, j)
      end do
      out(:, i) = one
      out(:, i + 1) = two
      out(:, i + 2) = three
      out(:, i + 3) = four
    end do
    do i = size(out, 2)/4*4 + 1, size(out, 2)
      one = 0
      do j = 1, size(vector, 2)
        one = one + matrix(i, j)*vector(:, j)
      end do
      out(:, i) = one
    end do
  end subroutine

  !> Delayed values of each trial: samples, or weighted sums of those from a place on.
  pure subroutine late_together(values, buffer, places, entries, width, samples, weights)
    integer, intent(in) :: entries, width, samples, places(entries)
    real(dp), intent(out) :: values(trials, entries)
    real(dp), intent(in) :: buffer(trials, 0:*), weights(max(samples, 1), entries)
    integer :: i, sample
    do i = 1, entries
      if (samples == 0) then
        values(:, i) = buffer(:, places(i))
      else
        values(:, i) = weights(1, i)*buffer(:, places(i))
        do sample = 2, samples
          values(:, i) = values(:, i) + weights(sample, i)*buffer(:, places(i) + (sample - 1)*width)
        end do
      end if
    end do
  end subroutine

  !> Add derivatives by delayed values of each trial to those by the samples that the values are made of.
  pure subroutine read_back_together(bars, buffer, places, entries, width, samples, weights)
    integer, intent(in) :: entries, width, samples, places(entries)
    real(dp), intent(in) :: bars(trials, entries), weights(max(samples, 1), entries)
    real(dp), intent(inout) :: buffer(trials, 0:*)
    integer :: i, sample, place
    do i = 1, entries
      if (samples == 0) buffer(:, places(i)) = buffer(:, places(i)) + bars(:, i)
      do sample = 1, samples
        place = places(i) + (sample - 1)*width
        buffer(:, place) = buffer(:, place) + weights(sample, i)*bars(:, i)
      end do
    end do
  end subroutine

  !> Add derivatives by delayed values of each trial to those by delays, which move the weights of samples.
  pure subroutine delayed_back_together(bars, by_delays, buffer, places, entries, width, samples, slopes)
    integer, intent(in) :: entries, width, samples, places(entries)
    real(dp), intent(in) :: bars(trials, entries), buffer(trials, 0:*), slopes(samples, entries)
    real(dp), intent(inout) :: by_delays(trials, entries)
    integer :: i, sample
    do i = 1, entries
      do sample = 1, samples
        by_delays(:, i) = by_delays(:, i) + slopes(sample, i)*buffer(:, places(i) + (sample - 1)*width)*bars(:, i)
      end do
    end do
  end subroutine
