/* Derivatives of a loss of many runs of delay-coupled units by tau and k, which all share. A run has an input of its
 * own; those of one unit stand side by side. Units read each other through chains of stages, one for each of two delays.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DELAYS = 2 };

static void follow(long count, double a, double *restrict own, const double *restrict other)
{
    for (long i = 0; i < count; i++)
        own[i] += a * (other[i] - own[i]);
}

/* weights [delay][target][source], fed [step][run], wanted [step][unit], found: tau, k; returns the loss */
double epochs_together(long steps, long units, long stages, long runs, const double *weights, const double *delays,
                       double tau, double k, double h, const double *fed, const double *wanted, double *found)
{
    long wide = units * runs, chain = stages * wide;
    double *u = malloc((steps + 1) * wide * sizeof *u), *r = malloc(steps * wide * sizeof *r);
    double *late = malloc(steps * wide * sizeof *late), *c = calloc(DELAYS * chain, sizeof *c);
    double *by_u = calloc(wide, sizeof *by_u), *by_late = malloc(wide * sizeof *by_late);
    double loss = 0.0, by_tau = 0.0, by_k = 0.0, share = 1.0 / (steps * wide);
    memset(u, 0, wide * sizeof *u);
    for (long n = 0; n < steps; n++) {
        double *now = u + n * wide, *tanhs = r + n * wide, *sums = late + n * wide;
        for (long i = 0; i < wide; i++)
            tanhs[i] = tanh(now[i]);
        memset(sums, 0, wide * sizeof *sums);
        for (long d = 0; d < DELAYS; d++) {
            double *stage = c + d * chain, a = h * stages / delays[d];
            for (long t = 0; t < units; t++)
                for (long s = 0; s < units; s++) {
                    double weight = weights[(d * units + t) * units + s], *last = stage + (stages - 1) * wide + s * runs;
                    for (long i = 0; weight != 0.0 && i < runs; i++)
                        sums[t * runs + i] += weight * last[i];
                }
            for (long m = stages - 1; m >= 0; m--)
                follow(wide, a, stage + m * wide, m ? stage + (m - 1) * wide : tanhs);
        }
        for (long t = 0; t < units; t++)
            for (long i = 0; i < runs; i++) {
                long place = t * runs + i;
                double off = now[place] - wanted[n * units + t];
                loss += off * off;
                now[wide + place] = now[place] + h * (-now[place] / tau + k * sums[place] + fed[n * runs + i]);
            }
    }
    memset(c, 0, DELAYS * chain * sizeof *c); /* from here on derivatives by stages */
    for (long n = steps - 1; n >= 0; n--) {
        double *now = u + n * wide, *tanhs = r + n * wide, *sums = late + n * wide;
        for (long t = 0; t < units; t++)
            for (long i = 0; i < runs; i++) {
                long place = t * runs + i;
                by_tau += h * now[place] / (tau * tau) * by_u[place];
                by_k += h * sums[place] * by_u[place];
                by_late[place] = h * k * by_u[place];
                by_u[place] = by_u[place] * (1.0 - h / tau) + 2.0 * share * (now[place] - wanted[n * units + t]);
            }
        for (long d = 0; d < DELAYS; d++) {
            double *stage = c + d * chain, a = h * stages / delays[d], *last = stage + (stages - 1) * wide;
            for (long i = 0; i < wide; i++)
                by_u[i] += a * stage[i] * (1.0 - tanhs[i] * tanhs[i]);
            for (long m = 0; m < stages - 1; m++)
                follow(wide, a, stage + m * wide, stage + (m + 1) * wide);
            for (long i = 0; i < wide; i++)
                last[i] *= 1.0 - a;
            for (long t = 0; t < units; t++)
                for (long s = 0; s < units; s++) {
                    double weight = weights[(d * units + t) * units + s];
                    for (long i = 0; weight != 0.0 && i < runs; i++)
                        last[s * runs + i] += weight * by_late[t * runs + i];
                }
        }
    }
    free(u), free(r), free(late), free(c), free(by_u), free(by_late);
    found[0] = by_tau, found[1] = by_k;
    return loss * share;
}
