/* A van der Pol oscillator driven by the sine of a phase, at many points, with the method of order 8 of
   [hairer1993, section II.10]: steps, errors, their control and the interpolant for rows between steps. A point is one
   state of three numbers; nothing is stored but rows. Points are divided among threads. */

#include <math.h>
#include <omp.h>
#include <string.h>

enum { WIDTH = 3, STAGES = 16 };

#define EACH for (int i = 0; i < WIDTH; i++)

static inline void slope(const double *y, double omega, double J, double mu, double *f)
{
    f[0] = omega;
    f[1] = y[2];
    f[2] = mu * (1.0 - y[1] * y[1]) * y[2] - y[1] + J * sin(6.283185307179586477 * y[0]);
}

static double norm(const double *x) { return sqrt((x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) / WIDTH); }

static double first_step(const double *y, const double *f, double omega, double J, double mu, double rtol, double atol,
                         double longest)
{
    double size[WIDTH], steep[WIDTH], moved[WIDTH], g[WIDTH], bend[WIDTH];
    EACH size[i] = y[i] / (atol + fabs(y[i]) * rtol);
    EACH steep[i] = f[i] / (atol + fabs(y[i]) * rtol);
    double level = norm(size), slopes = norm(steep);
    double small = fmin(level < 1e-5 || slopes < 1e-5 ? 1e-6 : 0.01 * level / slopes, longest);
    EACH moved[i] = y[i] + small * f[i];
    slope(moved, omega, J, mu, g);
    EACH bend[i] = (g[i] - f[i]) / (atol + fabs(y[i]) * rtol);
    double most = fmax(norm(bend) / small, slopes);
    double wanted = most <= 1e-15 ? fmax(1e-6, small * 1e-3) : pow(0.01 / most, 1.0 / 8.0);
    return fmin(fmin(100.0 * small, wanted), longest);
}

/* Rows are samples of the displacement at times 0, dt, 2 dt, ...; returns the number of accepted steps. */
static long point(double omega, double J, double mu, double end, double rtol, double atol, long rows, double dt,
                  double *row)
{
    double y[WIDTH] = {0.0, 0.0, 1.0}, moved[WIDTH], new[WIDTH], fine[WIDTH], coarse[WIDTH];
    double k[STAGES][WIDTH];
    double *const k0 = k[0], *const k1 = k[1], *const k2 = k[2], *const k3 = k[3], *const k4 = k[4], *const k5 = k[5], *const k6 = k[6], *const k7 = k[7], *const k8 = k[8], *const k9 = k[9], *const k10 = k[10], *const k11 = k[11], *const k12 = k[12], *const k13 = k[13], *const k14 = k[14], *const k15 = k[15];
    double t = 0.0, h;
    long due = 0, steps = 0;
    slope(y, omega, J, mu, k0);
    double wanted = first_step(y, k0, omega, J, mu, rtol, atol, end);
    row[due++] = y[1];
    while (t < end) {
        int rejected = 0;
        double stop, error, growth;
        for (;;) {
            stop = fmin(t + wanted, end);
            h = stop - t;
            EACH moved[i] = y[i] + h * (0.05260015195876773 * k0[i]);
            slope(moved, omega, J, mu, k1);
            EACH moved[i] = y[i] + h * (0.0197250569845379 * k0[i] + 0.0591751709536137 * k1[i]);
            slope(moved, omega, J, mu, k2);
            EACH moved[i] = y[i] + h * (0.02958758547680685 * k0[i] + 0.08876275643042054 * k2[i]);
            slope(moved, omega, J, mu, k3);
            EACH moved[i] = y[i] + h * (0.2413651341592667 * k0[i] - 0.8845494793282861 * k2[i] +
                0.924834003261792 * k3[i]);
            slope(moved, omega, J, mu, k4);
            EACH moved[i] = y[i] + h * (0.037037037037037035 * k0[i] + 0.17082860872947386 * k3[i] +
                0.12546768756682242 * k4[i]);
            slope(moved, omega, J, mu, k5);
            EACH moved[i] = y[i] + h * (0.037109375 * k0[i] + 0.17025221101954405 * k3[i] + 0.06021653898045596 *
                k4[i] - 0.017578125 * k5[i]);
            slope(moved, omega, J, mu, k6);
            EACH moved[i] = y[i] + h * (0.03709200011850479 * k0[i] + 0.17038392571223998 * k3[i] +
                0.10726203044637328 * k4[i] - 0.015319437748624402 * k5[i] + 0.008273789163814023 * k6[i]);
            slope(moved, omega, J, mu, k7);
            EACH moved[i] = y[i] + h * (0.6241109587160757 * k0[i] - 3.3608926294469414 * k3[i] -
                0.868219346841726 * k4[i] + 27.59209969944671 * k5[i] + 20.154067550477894 * k6[i] - 43.48988418106996
                * k7[i]);
            slope(moved, omega, J, mu, k8);
            EACH moved[i] = y[i] + h * (0.47766253643826434 * k0[i] - 2.4881146199716677 * k3[i] -
                0.590290826836843 * k4[i] + 21.230051448181193 * k5[i] + 15.279233632882423 * k6[i] -
                33.28821096898486 * k7[i] - 0.020331201708508627 * k8[i]);
            slope(moved, omega, J, mu, k9);
            EACH moved[i] = y[i] + h * (-0.9371424300859873 * k0[i] + 5.186372428844064 * k3[i] +
                1.0914373489967295 * k4[i] - 8.149787010746927 * k5[i] - 18.52006565999696 * k6[i] +
                22.739487099350505 * k7[i] + 2.4936055526796523 * k8[i] - 3.0467644718982196 * k9[i]);
            slope(moved, omega, J, mu, k10);
            EACH moved[i] = y[i] + h * (2.273310147516538 * k0[i] - 10.53449546673725 * k3[i] - 2.0008720582248625
                * k4[i] - 17.9589318631188 * k5[i] + 27.94888452941996 * k6[i] - 2.8589982771350235 * k7[i] -
                8.87285693353063 * k8[i] + 12.360567175794303 * k9[i] + 0.6433927460157636 * k10[i]);
            slope(moved, omega, J, mu, k11);
            EACH new[i] = y[i] + h * (0.054293734116568765 * k0[i] + 4.450312892752409 * k5[i] +
                1.8915178993145003 * k6[i] - 5.801203960010585 * k7[i] + 0.3111643669578199 * k8[i] -
                0.1521609496625161 * k9[i] + 0.20136540080403034 * k10[i] + 0.04471061572777259 * k11[i]);
            EACH {
                double scale = atol + fmax(fabs(y[i]), fabs(new[i])) * rtol;
                fine[i] = h * (0.01312004499419488 * k0[i] - 1.2251564463762044 * k5[i] - 0.4957589496572502 *
                    k6[i] + 1.6643771824549864 * k7[i] - 0.35032884874997366 * k8[i] + 0.3341791187130175 * k9[i] +
                    0.08192320648511571 * k10[i] - 0.022355307863886294 * k11[i]) / scale;
                coarse[i] = h * (-0.18980075407240762 * k0[i] + 4.450312892752409 * k5[i] + 1.8915178993145003 *
                    k6[i] - 5.801203960010585 * k7[i] - 0.42268232132379197 * k8[i] - 0.1521609496625161 * k9[i] +
                    0.20136540080403034 * k10[i] + 0.022651792198360825 * k11[i]) / scale;
            }
            double a = norm(fine), b = norm(coarse);
            error = a > 0.0 ? a / hypot(1.0, 0.1 * b / a) : 0.0;
            growth = error > 0.0 ? fmin(10.0, fmax(0.2, 0.9 * pow(error, -1.0 / 8.0))) : 10.0;
            if (error < 1.0)
                break;
            wanted = h * growth;
            rejected = 1;
        }
        wanted = rejected ? h * fmin(1.0, growth) : fmax(stop == end ? wanted : 0.0, h * growth);
        slope(new, omega, J, mu, k12);
        if (due < rows && due * dt < stop) {
            EACH moved[i] = y[i] + h * (0.056167502283047954 * k0[i] + 0.25350021021662483 * k6[i] -
                0.2462390374708025 * k7[i] - 0.12419142326381637 * k8[i] + 0.15329179827876568 * k9[i] +
                0.00820105229563469 * k10[i] + 0.007567897660545699 * k11[i] - 0.008298 * k12[i]);
            slope(moved, omega, J, mu, k13);
            EACH moved[i] = y[i] + h * (0.03183464816350214 * k0[i] + 0.028300909672366776 * k5[i] +
                0.053541988307438566 * k6[i] - 0.05492374857139099 * k7[i] - 0.00010834732869724932 * k10[i] +
                0.0003825710908356584 * k11[i] - 0.00034046500868740456 * k12[i] + 0.1413124436746325 * k13[i]);
            slope(moved, omega, J, mu, k14);
            EACH moved[i] = y[i] + h * (-0.42889630158379194 * k0[i] - 4.697621415361164 * k5[i] +
                7.683421196062599 * k6[i] + 4.06898981839711 * k7[i] + 0.3567271874552811 * k8[i] -
                0.0013990241651590145 * k12[i] + 2.9475147891527724 * k13[i] - 9.15095847217987 * k14[i]);
            slope(moved, omega, J, mu, k15);
        }
        for (; due < rows && due * dt <= stop; due++) {
            double x = (due * dt - t) / h, sum = 0.0;
            sum += k0[1] * x * (1.0 + x * (-10.266057073759306 + x * (48.161850968566455 + x *
                (-114.93304874997833 + x * (147.46446875669767 + x * (-97.06685363011368 + x *
                25.69393346270375))))));
            sum += k5[1] * x * (0.0 + x * (13.917653631776604 + x * (-154.78787266663716 + x * (522.9219089608218
                + x * (-456.25918840208783 + x * (-75.53193732135753 + x * 154.18974869023643))))));
            sum += k6[1] * x * (0.0 + x * (2.6056037519936095 + x * (-21.622822384626506 + x * (2.535182028966755
                + x * (292.25417465990404 + x * (-505.40999933296894 + x * 231.5293791760455))))));
            sum += k7[1] * x * (0.0 + x * (-15.018944223519684 + x * (160.09447708973047 + x * (-474.3071826037644
                + x * (135.96036916173838 + x * (545.1091945264187 + x * -357.6391179106141))))));
            sum += k8[1] * x * (0.0 + x * (3.050527683318488 + x * (-38.54396729189063 + x * (174.47140009219885 +
                x * (-337.0513470238771 + x * (291.78987509083254 + x * -93.40532418362432))))));
            sum += k9[1] * x * (0.0 + x * (-1.3278744327655212 + x * (16.661770430049543 + x * (-74.44027814126304
                + x * (140.75210016191608 + x * (-119.2562021040512 + x * 37.45832313645163))))));
            sum += k10[1] * x * (0.0 + x * (2.844533632672879 + x * (-36.55829548991012 + x * (170.69007169147514
                + x * (-345.9748485480496 + x * (313.299553623578 + x * -104.0996495089623))))));
            sum += k11[1] * x * (0.0 + x * (0.7657106259527866 + x * (-9.906995535619366 + x * (46.8029919188744 +
                x * (-96.5198694669957 + x * (88.74316650017616 + x * -29.8402934266605))))));
            sum += k12[1] * x * (0.0 + x * (-1.0889903364513334 + x * (14.097013042320002 + x *
                (-66.68230591294363 + x * (137.96299063474376 + x * (-127.82216401767992 + x *
                43.53345659001114))))));
            sum += k13[1] * x * (0.0 + x * (18.148505520854727 + x * (-127.63310949253875 + x * (357.3419516129657
                + x * (-500.7031507909224 + x * (349.17035710882897 + x * -96.32455395918828))))));
            sum += k14[1] * x * (0.0 + x * (-9.194632392478356 + x * (93.3567459327894 + x * (-282.6272618704363 +
                x * (361.14007718803333 + x * (-201.85219053352347 + x * 39.17726167561544))))));
            sum += k15[1] * x * (0.0 + x * (-4.436036387594894 + x * (56.68120539776666 + x * (-261.77342902691703
                + x * (520.9742236688993 + x * (-461.17279991013964 + x * 149.72683625798564))))));
            row[due] = due * dt == stop ? new[1] : y[1] + h * sum;
        }
        memcpy(y, new, sizeof y);
        memcpy(k0, k12, sizeof k[0]);
        t = stop;
        steps++;
    }
    return steps;
}

long vdp_sweep(long points, const double *omega, const double *J, double mu, double end, double rtol, double atol,
               long rows, double dt, double *row)
{
    long steps = 0;
#pragma omp parallel for schedule(dynamic, 4) reduction(+ : steps)
    for (long p = 0; p < points; p++)
        steps += point(omega[p], J[p], mu, end, rtol, atol, rows, dt, row + p * rows);
    return steps;
}

/* Of all loops that OpenMP divides in this process from now on. */
void vdp_threads(int threads) { omp_set_num_threads(threads); }
