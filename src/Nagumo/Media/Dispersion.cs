using System.Numerics;

namespace Nagumo.Media;

/// <summary>How fast waves of each length grow or decay on a chain near its uniform rest state.</summary>
/// <remarks>
/// With A = ∂F_u/∂u, C = −∂F_v/∂v and P = −∂F_u/∂v · ∂F_v/∂u at rest (P = h_uv² of a potential) and L = Λ(q) = 2 − 2 cos q:
/// (τ_u λ − A + D_u L)(τ_v λ + C + D_v L) + P = 0. Where λ is real its maximum
/// over L has τλ' = 0 in closed form: λ = −(∂det/∂L)/(−∂trace/∂L), put into the same equation, is a quadratic in L. For any neuron.
/// [Turing 1952, doi:10.1098/rstb.1952.0012; Murray 2003, §2.3]
/// </remarks>
public sealed class Dispersion
{
    private readonly double _a,
        _p,
        _c,
        _du,
        _dv,
        _tauU,
        _tauV;
    private readonly PlanarJet _jet;

    /// <param name="neuron">The neuron.</param>
    /// <param name="rest">Its rest state, the same in every cell.</param>
    /// <param name="diffusionU">D_u ≥ 0.</param>
    /// <param name="diffusionV">D_v ≥ 0.</param>
    public Dispersion(PlanarNeuron neuron, RestState rest, double diffusionU, double diffusionV)
    {
        _jet = neuron.Jet(rest.U, rest.V);
        (_a, _p, _c) = (_jet.F.U, -_jet.F.V * _jet.G.U, -_jet.G.V);
        (_du, _dv, _tauU, _tauV) = (diffusionU, diffusionV, neuron.TauU, neuron.TauV);
    }

    /// <summary>Λ of mode n: 2 − 2 cos(πn/N) with zero-flux ends, 2 − 2 cos(2πn/N) on a ring.</summary>
    public static double Lambda(int n, int cells, ChainEnds ends) => Square(Math.PI * n / cells * (ends == ChainEnds.Periodic ? 2 : 1));

    /// <summary>Wavelength in neurons of a wave with Λ in (0, 4].</summary>
    public static double Wavelength(double lambda) => 2 * Math.PI / (2 * Math.Asin(Math.Min(1, Math.Sqrt(lambda) / 2)));

    /// <summary>Wavelength in neurons of mode n.</summary>
    public static double Wavelength(int n, int cells, ChainEnds ends) => (ends == ChainEnds.Periodic ? 1.0 : 2.0) * cells / n;

    /// <summary>The rightmost eigenvalue of waves with Λ.</summary>
    public Complex Eigenvalue(double lambda)
    {
        double trace = Trace(lambda),
            half = 0.5 * trace,
            square = half * half - Determinant(lambda);
        return square < 0 ? new Complex(half, Math.Sqrt(-square)) : half + Math.Sqrt(square);
    }

    /// <summary>Growth rate of waves with Λ: the largest real part.</summary>
    public double Growth(double lambda) => Eigenvalue(lambda).Real;

    /// <summary>Whether the uniform rest state itself is stable.</summary>
    public bool IsUniformStable => Trace(0) < 0 && Determinant(0) > 0;

    /// <summary>The Λ in [0, 4] that grows fastest, and its rate.</summary>
    public (double Lambda, double Growth) MostUnstable => MostUnstableUpTo(4);

    /// <summary>The Λ in [0, <paramref name="end"/>] that grows fastest, and its rate: 4 is the end of a row, 8 that of a sheet.</summary>
    internal (double Lambda, double Growth) MostUnstableUpTo(double end)
    {
        // det = d0 + d1 L + d2 L², trace = t0 − t1 L; λ(L) = −(d1 + 2 d2 L)/t1 where dλ/dL = 0.
        double t1 = _du / _tauU + _dv / _tauV,
            d0 = Determinant(0),
            d1 = (_du * _c - _a * _dv) / (_tauU * _tauV),
            d2 = _du * _dv / (_tauU * _tauV),
            t0 = Trace(0);
        var candidates = new List<double> { 0, end };
        if (t1 > 0 && d2 > 0)
        {
            // λ² − trace λ + det = 0 with that λ: q2 L² + q1 L + q0 = 0.
            double p = -d1 / t1,
                r = -2 * d2 / t1,
                q2 = r * r + t1 * r + d2,
                q1 = 2 * p * r - t0 * r + t1 * p + d1,
                q0 = p * p - t0 * p + d0;
            candidates.AddRange(Roots(q2, q1, q0).Where(l => l > 0 && l < end));
        }
        return candidates.Select(l => (l, Growth(l))).MaxBy(c => c.Item2);
    }

    /// <summary>The mode n ≥ 1 of a chain that grows fastest.</summary>
    public (int Mode, double Growth) MostUnstableMode(int cells, ChainEnds ends)
    {
        int last = ends == ChainEnds.Periodic ? cells / 2 : cells - 1;
        return Enumerable.Range(1, last).Select(n => (n, Growth(Lambda(n, cells, ends)))).MaxBy(m => m.Item2);
    }

    /// <summary>The modes that grow.</summary>
    public IReadOnlyList<int> UnstableModes(int cells, ChainEnds ends) =>
        [.. Enumerable.Range(1, ends == ChainEnds.Periodic ? cells / 2 : cells - 1).Where(n => Growth(Lambda(n, cells, ends)) > 0)];

    /// <summary>The D_v at which the first wave of any length stops decaying, and its Λ; null when none ever does.</summary>
    /// <remarks>(A D_v − C D_u)² = 4 D_u D_v (P − A C): the larger root, with Λ_c = (A D_v − C D_u)/(2 D_u D_v).</remarks>
    public (double DiffusionV, double Lambda)? Onset
    {
        get
        {
            double rest = _p - _a * _c;
            if (!(_a > 0) || !(_p > 0) || !(rest > 0) || !(_du > 0))
                return null;
            // With d = D_v/D_u:  √d = (√P + √(P − AC))/A, as (A d − C) = 2 √d √(P − AC).
            double root = (Math.Sqrt(rest) + Math.Sqrt(_p)) / _a,
                dv = root * root * _du,
                lambda = (_a * dv - _c * _du) / (2 * _du * dv);
            return lambda < 4 ? (dv, lambda) : null;
        }
    }

    /// <summary>The D_v at which waves with Λ stop decaying, P/(A − D_u Λ) = C + D_v Λ; null when they never do.</summary>
    public double? OnsetOf(double lambda)
    {
        double slope = _a - _du * lambda;
        return slope > 0 && (_p / slope - _c) / lambda is var dv and > 0 ? dv : null;
    }

    /// <summary>dλ/dD_v at the onset of waves with Λ.</summary>
    public double GrowthPerDiffusion(double lambda)
    {
        // λ² − trace λ + det = 0 differentiated at λ = 0: dλ = (∂det/∂D_v)/trace.
        double det = (_du * lambda - _a) * lambda / (_tauU * _tauV);
        return det / Trace(lambda);
    }

    /// <summary>The weakly nonlinear pattern with Λ, u = u* + A cos: A² = drive/saturation.</summary>
    /// <remarks>
    /// With φ = (1, ∂F_v/∂u/(C + D_v Λ)) the wave, ψ = (1, ∂F_u/∂v/(C + D_v Λ)) its adjoint, J(Λ) the Jacobian of a wave, t = F″[φ, φ]:
    /// drive = ψᵀJ(Λ)φ, saturation = −ψᵀ(⅛ F‴[φ³] − ¼ F″[φ, J(0)⁻¹t] − ⅛ F″[φ, J(Λ₂)⁻¹t]), Λ₂ = Λ(4 − Λ). Of a potential ψ = Sφ. Positive
    /// saturation: supercritical.
    /// </remarks>
    public (double Drive, double Saturation) Amplitude(double lambda)
    {
        double leak = _c + _dv * lambda;
        var phi = (U: 1.0, V: _jet.G.U / leak);
        var psi = (U: 1.0, V: _jet.F.V / leak);
        var t = _jet.Second(phi, phi);
        double Along((double U, double V) f) => psi.U * f.U + psi.V * f.V;
        double drive = _a - _du * lambda + _jet.F.V * phi.V;
        double saturation =
            Along(_jet.Second(phi, Inverse(0, t))) / 4
            + Along(_jet.Second(phi, Inverse(lambda * (4 - lambda), t))) / 8
            - Along(_jet.Third(phi, phi, phi)) / 8;
        return (drive, saturation);
    }

    /// <summary>J(Λ)⁻¹ t.</summary>
    private (double U, double V) Inverse(double lambda, (double U, double V) t)
    {
        double uu = _a - _du * lambda,
            vv = -_c - _dv * lambda,
            det = uu * vv + _p;
        return ((vv * t.U - _jet.F.V * t.V) / det, (uu * t.V - _jet.G.U * t.U) / det);
    }

    private double Trace(double lambda) => (_a - _du * lambda) / _tauU - (_c + _dv * lambda) / _tauV;

    private double Determinant(double lambda) => ((_du * lambda - _a) * (_c + _dv * lambda) + _p) / (_tauU * _tauV);

    private static double Square(double q)
    {
        double s = 2 * Math.Sin(q / 2);
        return s * s;
    }

    private static IEnumerable<double> Roots(double a, double b, double c)
    {
        double square = b * b - 4 * a * c;
        if (square < 0)
            yield break;
        double q = -0.5 * (b + (b < 0 ? -1 : 1) * Math.Sqrt(square));
        if (a != 0)
            yield return q / a;
        if (q != 0)
            yield return c / q;
    }
}
