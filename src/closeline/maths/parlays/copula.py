"""Two legs tied by one correlation: the Gaussian copula, the cheap stand-in for simulated worlds."""

import math

from scipy.special import ndtr, ndtri, owens_t


def joint_probability(p: float, q: float, rho: float) -> float:
    """Return the chance that both happen, Phi2(Phi^-1(p), Phi^-1(q); rho).

    Raises ValueError unless p and q lie strictly between 0 and 1 and rho in [-1, 1].
    """
    if not (0.0 < p < 1.0 and 0.0 < q < 1.0 and -1.0 <= rho <= 1.0):
        raise ValueError(f"chances must lie in (0, 1) and rho in [-1, 1], were {p}, {q}, {rho}")
    if abs(rho) == 1.0:
        return min(p, q) if rho > 0.0 else max(0.0, p + q - 1.0)
    h, k = float(ndtri(p)), float(ndtri(q))
    if h == 0.0 and k == 0.0:
        return 0.25 + math.asin(rho) / (2.0 * math.pi)
    return max(0.0, _bivariate_normal(h, k, rho))


def lift(p: float, q: float, rho: float) -> float:
    """Return the chance of both over the product of each, 1 when they are independent."""
    return joint_probability(p, q, rho) / (p * q)


def _bivariate_normal(h: float, k: float, rho: float) -> float:
    """Return Phi2 by Owen's T function. Source: Owen (1956)."""
    apart = 0.5 if h * k < 0.0 or (h * k == 0.0 and h + k < 0.0) else 0.0
    mean = 0.5 * float(ndtr(h) + ndtr(k))
    return mean - float(owens_t(h, _slope(h, k, rho))) - float(owens_t(k, _slope(k, h, rho))) - apart


def _slope(h: float, k: float, rho: float) -> float:
    """Return (k/h - rho)/sqrt(1 - rho^2), infinite with k's sign where h is 0."""
    return math.copysign(math.inf, k) if h == 0.0 else (k / h - rho) / math.sqrt(1.0 - rho * rho)
