/* Many runs, by Euler's method, of units that read each other late. The values of a unit in all runs stand side by
 * side, and so do its past values in a ring.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void add(long runs, double weight, const double *restrict late, double *restrict sums)
{
    for (long i = 0; i < runs; i++)
        sums[i] += weight * late[i];
}

/* weights and delays [target][source], in steps; last: first unit before the last step, [runs] */
void late_units_together(long steps, long units, long runs, long longest, const double *weights, const long *delays,
                         const double *gains, double tau, double drive, double start, double h, double *last)
{
    long wide = units * runs, rows = longest + 1;
    double *past = malloc(rows * wide * sizeof *past), *v = malloc(wide * sizeof *v), *sums = malloc(wide * sizeof *sums);
    for (long i = 0; i < rows * wide; i++)
        past[i] = start;
    for (long i = 0; i < wide; i++)
        v[i] = start;
    for (long k = 0; k < steps; k++) {
        memcpy(last, v, runs * sizeof *last);
        memcpy(past + (k % rows) * wide, v, wide * sizeof *v);
        memset(sums, 0, wide * sizeof *sums);
        for (long t = 0; t < units; t++)
            for (long s = 0; s < units; s++) {
                long row = (k + rows - delays[t * units + s]) % rows;
                add(runs, weights[t * units + s], past + row * wide + s * runs, sums + t * runs);
            }
        for (long t = 0; t < units; t++)
            for (long i = 0; i < runs; i++) {
                double *own = v + t * runs + i;
                *own += h * (-*own + tanh(gains[i] * sums[t * runs + i]) + drive) / tau;
            }
    }
    free(past), free(v), free(sums);
}
