/* Euler steps of the QIF mean field [montbrio2015, eq. 12], driven by one sample of input per step. */

void qif_euler(long steps, double h, double eta, double delta, double tau, double J, const double *input, double *state,
               double *rates)
{
    const double pi = 3.14159265358979323846;
    const double spread = delta / (pi * tau * tau), rate = 1.0 / tau, pi_tau = pi * tau, feedback = J * tau;
    double r = state[0], v = state[1];
    for (long k = 0; k < steps; k++) {
        rates[k] = r;
        const double squeeze = pi_tau * r;
        const double dr = spread + 2.0 * r * v * rate;
        const double dv = (v * v + (eta + input[k]) + (feedback * r - squeeze * squeeze)) * rate;
        r += h * dr;
        v += h * dv;
    }
    state[0] = r;
    state[1] = v;
}
