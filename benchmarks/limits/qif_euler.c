/* Euler steps of the QIF mean field [montbrio2015, eq. 12], driven by one sample of input per step. */

void qif_euler(long steps, double h, double eta, double delta, double tau, double J, const double *input, double *state,
               double *rates)
{
    const double pi = 3.14159265358979323846;
    double r = state[0], v = state[1];
    for (long k = 0; k < steps; k++) {
        rates[k] = r;
        const double pi_r_tau = pi * r * tau;
        const double dr = delta / (pi * tau * tau) + 2.0 * r * v / tau;
        const double dv = (v * v + eta + input[k] + J * r * tau - pi_r_tau * pi_r_tau) / tau;
        r += h * dr;
        v += h * dv;
    }
    state[0] = r;
    state[1] = v;
}
