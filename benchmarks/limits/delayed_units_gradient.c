/* Euler steps of v' = (-v + tanh(s) + drive)/tau, s_i = sum_j w_ij v_j(t - d_ij), and back through them: the derivatives
   of the mean square of all v by w and tau. The past is constant. */

#include <math.h>
#include <string.h>

double delayed_units_gradient(long steps, long units, const double *w, const long *delay, double tau, double drive,
                              double start, double h, double *v, double *slope, double *by_v, double *by_w,
                              double *by_tau)
{
    const double share = 2.0 / (double)(steps * units), moved = h / tau;
    double loss = 0.0, total = 0.0;
    for (long i = 0; i < units; i++)
        v[i] = start;
    for (long k = 0; k < steps; k++) {
        const double *now = v + k * units;
        for (long i = 0; i < units; i++) {
            double s = 0.0;
            for (long j = 0; j < units; j++) {
                const long from = k - delay[i * units + j];
                s += w[i * units + j] * (from < 0 ? start : v[from * units + j]);
            }
            slope[k * units + i] = tanh(s);
            v[(k + 1) * units + i] = now[i] + moved * (-now[i] + slope[k * units + i] + drive);
            loss += now[i] * now[i];
            by_v[k * units + i] = share * now[i];
        }
    }
    memset(by_v + steps * units, 0, (size_t)units * sizeof(double));
    memset(by_w, 0, (size_t)(units * units) * sizeof(double));
    for (long k = steps - 1; k >= 0; k--)
        for (long i = 0; i < units; i++) {
            const double back = by_v[(k + 1) * units + i], f = slope[k * units + i];
            const double by_s = back * moved * (1.0 - f * f);
            total -= back * moved / tau * (-v[k * units + i] + f + drive);
            by_v[k * units + i] += back * (1.0 - moved);
            for (long j = 0; j < units; j++) {
                const long from = k - delay[i * units + j];
                by_w[i * units + j] += by_s * (from < 0 ? start : v[from * units + j]);
                if (from >= 0)
                    by_v[from * units + j] += by_s * w[i * units + j];
            }
        }
    *by_tau = total;
    return loss / (double)(steps * units);
}
