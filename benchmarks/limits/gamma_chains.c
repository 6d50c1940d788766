/* Euler steps of n units x' = -x + tanh(sum of weight * delayed x), where each connection has a gamma kernel of its own:
   a chain of stages [macdonald1978]. Chains are sorted by order and target; the stages of chains of one order stand one
   behind the other, and advance from the last one on, so that each still finds the old value of the one before. */

#include <math.h>

static double dot(const double *w, const double *z, long count)
{
    double part[4] = {0}, rest = 0.0;
    long c = 0;
    for (; c + 4 <= count; c += 4)
        for (int k = 0; k < 4; k++)
            part[k] += w[c + k] * z[c + k];
    for (; c < count; c++)
        rest += w[c] * z[c];
    return (part[0] + part[1]) + (part[2] + part[3]) + rest;
}

void gamma_chains(long n, long orders, const long *pointers, long steps, double h, const double *gain,
                  const int *source, const double *weight, double *x, double *z, double *u, double *first)
{
    for (long s = 0; s < steps; s++) {
        double *stage = z;
        const long *p = pointers;
        first[s] = x[0];
        for (long i = 0; i < n; i++)
            u[i] = 0.0;
        for (long m = 1; m <= orders; m++, p += n) {
            const long start = p[0], chains = p[n] - start;
            const double *last = stage + (m - 1) * chains - start;
            const double *restrict a = gain + start;
            const int *restrict from = source + start;
            for (long i = 0; i < n; i++)
                u[i] += dot(weight + p[i], last + p[i], p[i + 1] - p[i]);
            for (long k = m - 1; k > 0; k--) {
                double *restrict own = stage + k * chains;
                const double *restrict before = own - chains;
                for (long i = 0; i < chains; i++)
                    own[i] += a[i] * (before[i] - own[i]);
            }
            double *restrict own = stage;
            for (long i = 0; i < chains; i++)
                own[i] += a[i] * (x[from[i]] - own[i]);
            stage += m * chains;
        }
        for (long i = 0; i < n; i++)
            x[i] += h * (tanh(u[i]) - x[i]);
    }
}
