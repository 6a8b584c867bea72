using System.Runtime.InteropServices;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Relaxation;
using Nagumo.Symbolics;

namespace Nagumo.Hamiltonian;

/// <summary>How well a rest state of a chain is conditioned, in both readings.</summary>
/// <param name="Kappa">Largest Lyapunov exponent of the recurrence along the rest state: ln of the growth of an error per layer when it is shot.</param>
/// <param name="SlowestKappa">Smallest exponent that is not negative: what carries a signal through, e^(−κL).</param>
/// <param name="ShootingDepth">Layers after which shooting in float64 has lost all but 1e-6; infinite when nothing grows.</param>
/// <param name="InverseNorm">‖H⁻¹‖₂ of the Hessian of S.</param>
/// <param name="EffectiveStrength">k_eff: the largest −∂²U/∂u² / step, blocks included.</param>
/// <param name="Bound">m: what diffusing inhibitors hold; the rest state is unique and the reduced energy convex when k_eff &lt; m (C1). NaN for neurons without the form of it.</param>
/// <param name="Rightmost">Rightmost eigenvalue of the flow's Jacobian at the neuron's τ_v.</param>
/// <param name="MaxTau">Largest τ_v at which the rest state is stable; 0 when none is, infinite when all are.</param>
public sealed record Conditioning(
    double Kappa,
    double SlowestKappa,
    double ShootingDepth,
    double InverseNorm,
    double EffectiveStrength,
    double Bound,
    double Rightmost,
    double MaxTau
)
{
    private const double Kept = 1e-6,
        LargestTau = 1e3,
        TauTolerance = 1e-4;
    private const int PowerSteps = 60,
        Panel = 64,
        Grid = 2001;

    /// <summary>Whether k_eff &lt; m.</summary>
    public bool HoldsC1 => EffectiveStrength < Bound;

    /// <summary>Examines a rest state.</summary>
    /// <param name="problem">The boundary problem.</param>
    /// <param name="q">Its rest state.</param>
    /// <param name="rng">Starts of iterations.</param>
    /// <param name="stability">Rightmost eigenvalue and largest τ_v, where they are known.</param>
    internal static Conditioning Of(BoundaryProblem problem, double[][] q, Rng rng, (double Rightmost, double MaxTau)? stability = null)
    {
        var action = (ResidualAction)problem.Action;
        var (kappa, slowest) = Exponents(action, q);
        using var hessian = problem.CreateHessian();
        problem.Hessian(q, hessian);
        var (strength, bound) = Condition(action.Recurrence);
        bool inhibited = action.Recurrence.Fields > 1;
        double tau = inhibited ? -action.Signature(0, action.Size(0) - 1) / action.Population.Scale : 1;
        var entries = SparseRows.Of(hessian);
        double At(double t) => Growth(problem, entries, t, rng.Split("rightmost"));
        return new(
            kappa,
            slowest,
            kappa > 0 ? Math.Log(Kept / Math.ScaleB(1, -52)) / kappa : double.PositiveInfinity,
            InverseNormOf(hessian, rng.Split("inverse")),
            strength,
            bound,
            stability?.Rightmost ?? At(tau),
            stability?.MaxTau ?? (inhibited ? LargestStable(At) : double.PositiveInfinity)
        );
    }

    /// <summary>k_eff and m of a chain, from its neuron's potential, its blocks and its diffusions.</summary>
    /// <remarks>
    /// m is the minimum over wavenumbers λ ≥ 0 of gλ/h + c²h/(hγ + dλ): 2c√(g/d) − γ g/d where γ ≤ c√(d/g), else c²/γ, with c = ∂²h/∂u∂v and
    /// γ = −∂²h/∂v², both constants of the neuron.
    /// </remarks>
    internal static (double Strength, double Bound) Condition(DepthRecurrence<double> layers)
    {
        var machine = layers.Machine;
        var trunk = machine.Network.Populations[layers.Population];
        var neuron = trunk.Neuron!;
        double Value(Symbol s) =>
            machine.Site(layers.Population).Trained.TryGetValue(s.Name, out var trained) ? trained.Values[0]
            : trunk.Parameters.TryGetValue(s.Name, out double[]? values) ? values[0]
            : 0;
        double block = Enumerable
            .Range(0, machine.Network.Couplings.Count)
            .Where(c => machine.Network.Couplings[c] is Block { Strength: > 0 })
            .Select(c =>
                ((Block)machine.Network.Couplings[c]).Strength
                / trunk.Scale
                * Math.Pow(LargestSingularValue(machine.Parameters[machine.TensorsOf(c).First]), 2)
            )
            .Append(0)
            .Max();
        var (u, uu) = (neuron.U, neuron.H.Derive(neuron.U).Derive(neuron.U));
        if (neuron.Inhibitors.Count == 0 || uu.Contains(neuron.Inhibitors[0]))
            return (double.NaN, double.NaN);
        var v = neuron.Inhibitors[0];
        double steepest = Enumerable.Range(0, Grid).Max(i => -uu.Evaluate((Symbol s) => s == u ? -5 + 10.0 * i / (Grid - 1) : Value(s)));
        var (uv, vv) = (neuron.H.Derive(u).Derive(v), neuron.H.Derive(v).Derive(v));
        if (new[] { uv, vv }.Any(e => e.Contains(u) || e.Contains(v)))
            return (steepest + block, double.NaN);
        double c = Math.Abs(uv.Evaluate((Func<Symbol, double>)Value)),
            gamma = -vv.Evaluate((Func<Symbol, double>)Value),
            ratio = layers.Diffusion(0) / -layers.Diffusion(1);
        return (steepest + block, gamma <= c / Math.Sqrt(ratio) ? 2 * c * Math.Sqrt(ratio) - gamma * ratio : c * c / gamma);
    }

    /// <summary>Largest and smallest non-negative Lyapunov exponent along a state: QR of the layers' Jacobians, the first fifth left out.</summary>
    /// <remarks>The frame's vectors are rows; block Gram–Schmidt, twice, puts the work into products of matrices.</remarks>
    internal static (double Largest, double Slowest) Exponents(LayeredAction action, double[][] q)
    {
        int n = action.Size(0),
            last = action.Layers - 1,
            skip = last / 5,
            size = 2 * n;
        using var workspace = new GemmWorkspace<double>();
        using Tensor<double> frame = Square("frame"),
            next = Square("next"),
            layer = Square("jacobian"),
            shadow = new("shadow", Panel, size, 0, 0, false);
        double[] sums = new double[size];
        for (int i = 0; i < size; i++)
            frame.Value[i, i] = 1;
        MatView<double> current = frame.Value,
            moved = next.Value;
        for (int l = 0; l < last; l++)
        {
            var jacobian = action.Jacobian(l, q[l]);
            layer.Value.Write<double>(MemoryMarshal.CreateReadOnlySpan(ref jacobian[0, 0], jacobian.Length));
            Gemm.Multiply(current, layer.Value.Transposed, default, moved, 1, workspace);
            for (int from = 0; from < size; from += Panel)
            {
                int rows = Math.Min(Panel, size - from);
                // Twice is enough, against the vectors before the panel and then inside it.
                for (int pass = 0; pass < 2 && from > 0; pass++)
                {
                    var (before, panel) = (moved.Slice(0, from, 0, size), moved.Slice(from, rows, 0, size));
                    var dots = shadow.Value.Slice(0, rows, 0, from);
                    Gemm.Multiply(panel, before.Transposed, default, dots, 1, workspace);
                    Gemm.Multiply(dots, before, panel, panel, -1, workspace);
                }
                for (int c = from; c < from + rows; c++)
                {
                    for (int pass = 0; pass < 2; pass++)
                    for (int b = from; b < c; b++)
                        moved.Rows(c, 1).Add(-FieldVerbs.Dot(moved.Rows(b, 1), moved.Rows(c, 1)), moved.Rows(b, 1));
                    double length = Math.Sqrt(FieldVerbs.Dot(moved.Rows(c, 1), moved.Rows(c, 1)));
                    if (l >= skip)
                        sums[c] += Math.Log(length);
                    moved.Rows(c, 1).Scale(1 / length);
                }
            }
            (current, moved) = (moved, current);
        }
        double[] exponents = [.. sums.Select(s => s / (last - skip)).OrderDescending()];
        return (exponents[0], Math.Max(0, exponents[n - 1]));

        Tensor<double> Square(string name) => new(name, size, size, 0, 0, false);
    }

    /// <summary>σ_max by power iteration.</summary>
    /// <param name="k">Its last axis are the columns.</param>
    internal static double LargestSingularValue(Tensor<double> k)
    {
        double[] x = [.. Enumerable.Range(0, k.Cols).Select(i => 1 + i % 7 / 7.0)],
            y = new double[k.Rows];
        double norm = 0;
        for (int step = 0; step < 4 * PowerSteps; step++)
        {
            double length = Norms.Length(x);
            k.Value.Times(x, y);
            for (int j = 0; j < y.Length; j++)
                y[j] /= length;
            norm = Norms.Length(y);
            k.Value.TransposedTimes(y, x);
        }
        return norm;
    }

    private static double InverseNormOf(BlockTridiagonal hessian, Rng rng)
    {
        var x = new double[hessian.Offsets[^1]];
        rng.FillNormal(x);
        var factored = new BoundarySolver.Factored(hessian);
        double norm = 0;
        for (int step = 0; step < PowerSteps; step++)
        {
            double length = Norms.Length(x);
            for (int i = 0; i < x.Length; i++)
                x[i] /= length;
            factored.Solve(x);
            norm = Norms.Length(x);
        }
        return norm;
    }

    /// <summary>The rightmost real part of −Σ⁻¹ H with inhibitors of time constant τ.</summary>
    private static double Growth(BoundaryProblem problem, SparseRows hessian, double tau, Rng rng)
    {
        double scale = ((ResidualAction)problem.Action).Population.Scale;
        double[] rates =
        [
            .. from l in Enumerable.Range(problem.First, problem.Last + 1 - problem.First)
            from i in Enumerable.Range(0, problem.Action.Size(l))
            select problem.Action.Signature(l, i) > 0 ? -1 / scale : 1 / (scale * tau),
        ];
        return Arnoldi
            .Rightmost(
                (x, y) =>
                {
                    hessian.Times(x, y);
                    for (int i = 0; i < y.Length; i++)
                        y[i] *= rates[i];
                },
                rates.Length,
                rng
            )
            .Value.Real;
    }

    private static double LargestStable(Func<double, double> growth)
    {
        double low = 1e-3,
            high = LargestTau;
        if (growth(low) >= 0)
            return 0;
        if (growth(high) < 0)
            return double.PositiveInfinity;
        while (high > low * (1 + TauTolerance))
        {
            double middle = Math.Sqrt(low * high);
            if (growth(middle) < 0)
                low = middle;
            else
                high = middle;
        }
        return low;
    }
}
