/* Euler steps of n cortical columns [jansen1995, eq. 6], coupled by the rates of their pyramidal cells: through a dense
   matrix, or with a delay of whole steps per connection. Sums run in eight parts, so that they are as fast as memory. */

#include <math.h>
#include <stdlib.h>

enum { A = 0, B, a, b, C1, C2, C3, C4, e0, r, v0, p, PARAMETERS };

static inline double firing(const double *q, double v) { return 2.0 * q[e0] / (1.0 + exp(q[r] * (q[v0] - v))); }

static inline void step(long n, double h, const double *q, double *y, const double *rate, const double *input)
{
    double *y0 = y, *y1 = y + n, *y2 = y + 2 * n, *y3 = y + 3 * n, *y4 = y + 4 * n, *y5 = y + 5 * n;
    const double Aa = q[A] * q[a], Bb = q[B] * q[b] * q[C4], a2 = 2.0 * q[a], b2 = 2.0 * q[b], aa = q[a] * q[a],
                 bb = q[b] * q[b];
    for (long i = 0; i < n; i++) {
        const double s2 = firing(q, q[C1] * y0[i]), s3 = firing(q, q[C3] * y0[i]);
        const double d3 = Aa * rate[i] - a2 * y3[i] - aa * y0[i];
        const double d4 = Aa * (q[p] + q[C2] * s2 + input[i]) - a2 * y4[i] - aa * y1[i];
        const double d5 = Bb * s3 - b2 * y5[i] - bb * y2[i];
        y0[i] += h * y3[i];
        y1[i] += h * y4[i];
        y2[i] += h * y5[i];
        y3[i] += h * d3;
        y4[i] += h * d4;
        y5[i] += h * d5;
    }
}

void jansen_rit_dense(long n, long steps, double h, const double *q, const double *weights, double *y, double *first)
{
    double *rate = malloc(2 * n * sizeof(double)), *input = rate + n;
    for (long k = 0; k < steps; k++) {
        first[k] = y[n];
        for (long i = 0; i < n; i++)
            rate[i] = firing(q, y[n + i] - y[2 * n + i]);
        for (long i = 0; i < n; i++) {
            const double *row = weights + i * n;
            double part[8] = {0};
            long j = 0;
            for (; j + 8 <= n; j += 8)
                for (int m = 0; m < 8; m++)
                    part[m] += row[j + m] * rate[j + m];
            double total = 0.0;
            for (; j < n; j++)
                total += row[j] * rate[j];
            for (int m = 0; m < 8; m++)
                total += part[m];
            input[i] = total;
        }
        step(n, h, q, y, rate, input);
    }
    free(rate);
}

/* delays[i*n + j] is that of the connection from j to i, in steps, at least 1 and below `size`. */
void jansen_rit_delayed(long n, long steps, double h, const double *q, const double *weights, const int *delays,
                        long size, double *y, double *first)
{
    double *rate = malloc(n * sizeof(double)), *input = malloc(n * sizeof(double));
    double *buffer = malloc(2 * size * n * sizeof(double));
    int *places = malloc(n * n * sizeof(int));
    for (long c = 0; c < n * n; c++)
        places[c] = (int)(c % n) - delays[c] * (int)n;
    for (long k = 0; k < steps; k++) {
        first[k] = y[n];
        for (long i = 0; i < n; i++)
            rate[i] = firing(q, y[n + i] - y[2 * n + i]);
        const long row = k % size + size;
        for (long m = (k == 0 ? 0 : row - size); m < 2 * size; m += (k == 0 ? 1 : size))
            for (long i = 0; i < n; i++) /* before the start everything was as at the start */
                buffer[m * n + i] = rate[i];
        const double *now = buffer + row * n;
        for (long i = 0; i < n; i++) {
            const double *w = weights + i * n;
            const int *place = places + i * n;
            double part[8] = {0};
            long j = 0;
            for (; j + 8 <= n; j += 8)
                for (int m = 0; m < 8; m++)
                    part[m] += w[j + m] * now[place[j + m]];
            double total = 0.0;
            for (; j < n; j++)
                total += w[j] * now[place[j]];
            for (int m = 0; m < 8; m++)
                total += part[m];
            input[i] = total;
        }
        step(n, h, q, y, rate, input);
    }
    free(rate);
    free(input);
    free(buffer);
    free(places);
}
