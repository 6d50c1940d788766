"""What to cite for what was computed."""

from __future__ import annotations

KELLER = (
    "Keller, H. B. (1977). Numerical solution of bifurcation and nonlinear eigenvalue problems. In P. H. Rabinowitz "
    "(Ed.), Applications of Bifurcation Theory (pp. 359-384). Academic Press."
)
GOVAERTS = (
    "Govaerts, W. J. F. (2000). Numerical Methods for Bifurcations of Dynamical Equilibria. SIAM. "
    "https://doi.org/10.1137/1.9780898719543"
)
KUZNETSOV = (
    "Kuznetsov, Y. A. (2004). Elements of Applied Bifurcation Theory (3rd ed.). Springer. "
    "https://doi.org/10.1007/978-1-4757-3978-7"
)
FARRELL = (
    "Farrell, P. E., Birkisson, A., & Funke, S. W. (2015). Deflation techniques for finding distinct solutions of "
    "nonlinear partial differential equations. SIAM Journal on Scientific Computing, 37, A2026-A2045. "
    "https://doi.org/10.1137/140984798"
)
DOEDEL = (
    "Doedel, E., Keller, H. B., & Kernevez, J. P. (1991). Numerical analysis and control of bifurcation problems (II): "
    "bifurcation in infinite dimensions. International Journal of Bifurcation and Chaos, 1, 745-772. "
    "https://doi.org/10.1142/S0218127491000555"
)
DE_BOOR = (
    "de Boor, C., & Swartz, B. (1973). Collocation at Gaussian points. SIAM Journal on Numerical Analysis, 10, "
    "582-606. https://doi.org/10.1137/0710052"
)
ASCHER = (
    "Ascher, U. M., Mattheij, R. M. M., & Russell, R. D. (1995). Numerical Solution of Boundary Value Problems for "
    "Ordinary Differential Equations. SIAM. https://doi.org/10.1137/1.9781611971231"
)
BROYDEN = (
    "Broyden, C. G. (1965). A class of methods for solving nonlinear simultaneous equations. Mathematics of "
    "Computation, 19, 577-593. https://doi.org/10.1090/S0025-5718-1965-0198670-6"
)
KELLEY = (
    "Kelley, C. T. (1995). Iterative Methods for Linear and Nonlinear Equations. SIAM. "
    "https://doi.org/10.1137/1.9781611970944"
)
FAIRGRIEVE = (
    "Fairgrieve, T. F., & Jepson, A. D. (1991). O.K. Floquet multipliers. SIAM Journal on Numerical Analysis, 28, "
    "1446-1462. https://doi.org/10.1137/0728075"
)
NORMAL_FORMS = (
    "Kuznetsov, Yu. A., Govaerts, W., Doedel, E. J., & Dhooge, A. (2005). Numerical periodic normalization for codim 1 "
    "bifurcations of limit cycles. SIAM Journal on Numerical Analysis, 43, 1407-1435. "
    "https://doi.org/10.1137/040611306"
)
BEYN = (
    "Beyn, W.-J. (1990). The numerical computation of connecting orbits in dynamical systems. IMA Journal of Numerical "
    "Analysis, 10, 379-405. https://doi.org/10.1093/imanum/10.3.379"
)
CHAMPNEYS = (
    "Champneys, A. R., Kuznetsov, Yu. A., & Sandstede, B. (1996). A numerical toolbox for homoclinic bifurcation "
    "analysis. International Journal of Bifurcation and Chaos, 6, 867-887. "
    "https://doi.org/10.1142/S0218127496000485"
)
BREDA = (
    "Breda, D., Diekmann, O., Gyllenberg, M., Scarabel, F., & Vermiglio, R. (2016). Pseudospectral discretization of "
    "nonlinear delay equations: new prospects for numerical bifurcation analysis. SIAM Journal on Applied Dynamical "
    "Systems, 15, 1-23. https://doi.org/10.1137/15M1040931"
)
LEHOUCQ = (
    "Lehoucq, R. B., Sorensen, D. C., & Yang, C. (1998). ARPACK Users' Guide: Solution of Large-Scale Eigenvalue "
    "Problems with Implicitly Restarted Arnoldi Methods. SIAM. https://doi.org/10.1137/1.9780898719628"
)
AUTO = (
    "Doedel, E. J., & Oldeman, B. E. (2012). AUTO-07P: Continuation and bifurcation software for ordinary differential "
    "equations. Concordia University, Montreal."
)
OF_LARGE = (LEHOUCQ,)
OF_EQUILIBRIA = (KELLER, GOVAERTS, KUZNETSOV)
OF_BOUNDARY_VALUES = (KELLER, DOEDEL, DE_BOOR, ASCHER, BROYDEN, KELLEY)
OF_CYCLES = (*OF_BOUNDARY_VALUES, FAIRGRIEVE, NORMAL_FORMS)
OF_HOMOCLINICS = (*OF_BOUNDARY_VALUES, BEYN, CHAMPNEYS)
OF_DELAYS = (BREDA,)
OF_DEFLATION = (FARRELL,)
OF_AUTO = (AUTO,)
