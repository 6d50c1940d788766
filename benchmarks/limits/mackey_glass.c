/* The equation of Mackey and Glass by the pair of Dormand and Prince with the interpolant of order 4 of
   [hairer1993, section II.6], steps that end at multiples of the delay, and a past of accepted steps in which the place
   of the last read is kept. Rows are what it is at given times. */

#include <math.h>
#include <stdlib.h>

typedef struct {
    double t, h, y, c1, c2, c3, c4;
} Step;

static double past(const Step *steps, long count, long *place, double t, double before)
{
    if (t <= 0.0 || count == 0)
        return before;
    while (*place + 1 < count && steps[*place + 1].t <= t)
        ++*place;
    while (*place > 0 && steps[*place].t > t)
        --*place;
    const Step *s = steps + *place;
    double x = (t - s->t) / s->h, z = 1.0 - x;
    return s->y + x * (s->c1 + z * (s->c2 + x * (s->c3 + z * s->c4)));
}

typedef struct {
    double beta, gamma, n;
} Cells;

static inline double slope(double y, double late, const Cells *p)
{
    return p->beta * late / (1.0 + pow(late, p->n)) - p->gamma * y;
}

long mackey_glass(const Cells *cells, double start, double tau, double rtol, double atol, long rows, const double *times, double *row)
{
    long room = 1024, count = 0, due = 0, place = 0, multiple = 1;
    Step *steps = malloc(room * sizeof *steps);
    double t = 0.0, y = start, end = times[rows - 1], wanted = 0.1;
    double k1 = slope(y, start, cells);
    while (due < rows && times[due] <= 0.0)
        row[due++] = y;
    while (t < end) {
        double stop = fmin(multiple * tau, end), h = fmin(fmin(wanted, tau), stop - t);
        if (stop - t - h < 1e-12 * tau)
            h = stop - t;
#define LATE(c) past(steps, count, &place, t + (c)*h - tau, start)
        double k2 = slope(y + h * (k1 / 5), LATE(0.2), cells);
        double k3 = slope(y + h * (3. / 40 * k1 + 9. / 40 * k2), LATE(0.3), cells);
        double k4 = slope(y + h * (44. / 45 * k1 - 56. / 15 * k2 + 32. / 9 * k3), LATE(0.8), cells);
        double k5 = slope(y + h * (19372. / 6561 * k1 - 25360. / 2187 * k2 + 64448. / 6561 * k3 - 212. / 729 * k4),
                          LATE(8. / 9), cells);
        double last = LATE(1.0);
        double k6 = slope(y + h * (9017. / 3168 * k1 - 355. / 33 * k2 + 46732. / 5247 * k3 + 49. / 176 * k4
                                   - 5103. / 18656 * k5), last, cells);
        double new = y + h * (35. / 384 * k1 + 500. / 1113 * k3 + 125. / 192 * k4 - 2187. / 6784 * k5 + 11. / 84 * k6);
        double k7 = slope(new, last, cells);
        double error = h * (71. / 57600 * k1 - 71. / 16695 * k3 + 71. / 1920 * k4 - 17253. / 339200 * k5
                            + 22. / 525 * k6 - k7 / 40);
        error = fabs(error) / (atol + rtol * fmax(fabs(y), fabs(new)));
        double growth = error == 0.0 ? 10.0 : fmin(10.0, fmax(0.2, 0.9 * pow(error, -0.2)));
        wanted = h * (error > 1.0 ? fmin(growth, 1.0) : growth);
        if (error > 1.0)
            continue;
        if (count == room)
            steps = realloc(steps, (room *= 2) * sizeof *steps);
        double moved = new - y, bend = h * k1 - moved;
        steps[count++] = (Step){t, h, y, moved, bend, moved - h * k7 - bend,
                                h * (-12715105075. / 11282082432 * k1 + 87487479700. / 32700410799 * k3
                                     - 10690763975. / 1880347072 * k4 + 701980252875. / 199316789632 * k5
                                     - 1453857185. / 822651844 * k6 + 69997945. / 29380423 * k7)};
        double then = h == stop - t ? stop : t + h;
        while (due < rows && times[due] <= then) {
            double x = (times[due] - t) / h, z = 1.0 - x;
            const Step *s = steps + count - 1;
            row[due++] = s->y + x * (s->c1 + z * (s->c2 + x * (s->c3 + z * s->c4)));
        }
        multiple += then >= multiple * tau;
        t = then, y = new, k1 = k7;
    }
    free(steps);
    return count;
}
