using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>Whether the system is its own adjoint at the free rest states: why Equilibrium Propagation holds.</summary>
/// <param name="Asymmetry">Largest |xᵀ(S T J)y − yᵀ(S T J)x| / (|x| |S T J y|) over random x, y: rounding only.</param>
/// <param name="Linearisation">Largest |S T J y − difference of the flow| / |S T J y|: the Hessian is that of the flow that runs.</param>
/// <param name="Reciprocity">
/// Largest |∂u_i/∂I_j − ∂u_j/∂I_i| / √(∂u_i/∂I_i ∂u_j/∂I_j) over random pairs of activators, from the relaxed nonlinear system.
/// </param>
public sealed record SelfAdjointnessAudit(double Asymmetry, double Linearisation, double Reciprocity)
{
    private const int Probes = 3,
        Pairs = 4,
        Points = 4;

    /// <summary>Whether all three hold to what rounding and differencing leave.</summary>
    public bool Holds => Asymmetry < 1e-12 && Linearisation < 1e-6 && Reciprocity < 1e-8;

    /// <summary>What is claimed.</summary>
    public IReadOnlyList<Claim> Claims => [new("S·J is symmetric; ∂u_i/∂I_j = ∂u_j/∂I_i", [Asymmetry, Reciprocity], "rounding", Holds)];

    /// <summary>Runs the audit.</summary>
    public static SelfAdjointnessAudit Run(AuditSubject subject)
    {
        var rng = new Rng(subject.Experiment.Seed).Split("adjoint");
        var (asymmetry, linearisation) = Symmetry(subject, rng.Split("symmetry"));
        return new(asymmetry, linearisation, Pairwise(subject, rng.Split("pairs")));
    }

    private static (double Asymmetry, double Linearisation) Symmetry(AuditSubject subject, Rng rng)
    {
        int lanes = subject.Samples;
        using var s = subject.Present(lanes, l => l, out var images);
        using var _ = images;
        using var velocity = subject.Machine.CreateState(lanes, allFields: true);
        subject.Rest(s);
        var vector = new FieldVector<double>(subject.Machine, s);
        using var hessian = new HessianOperator<double>(subject.Machine, s, subject.Workspace);
        int n = vector.Rows * lanes;
        double[] rest = new double[n],
            x = new double[n],
            y = new double[n],
            hx = new double[n],
            hy = new double[n],
            moved = new double[n],
            flow = new double[n],
            difference = new double[n];
        vector.Gather(s, rest);
        var times = vector.SkewTimes(subject.Machine);
        double asymmetry = 0,
            linearisation = 0;
        for (int probe = 0; probe < Probes; probe++)
        {
            rng.FillNormal(x);
            rng.FillNormal(y);
            for (int i = 0; i < n; i++)
                if (hessian.Fixed[i])
                    x[i] = y[i] = 0;
            hessian.Apply(x, hx);
            hessian.Apply(y, hy);
            asymmetry = Math.Max(asymmetry, Math.Abs(Norms.Dot(x, hy) - Norms.Dot(y, hx)) / Math.Sqrt(Norms.Dot(x, x) * Norms.Dot(hy, hy)));

            // Central difference of the flow along y, error h².
            const double h = 1e-5;
            Array.Clear(difference);
            foreach (int sign in (int[])[1, -1])
            {
                for (int i = 0; i < n; i++)
                    moved[i] = rest[i] + sign * h * y[i];
                vector.Scatter(moved, s);
                subject.Machine.Flow(s, velocity, subject.Workspace);
                vector.Gather(velocity, flow);
                for (int i = 0; i < n; i++)
                    difference[i] += sign * flow[i] / (2 * h);
            }
            vector.Scatter(rest, s);
            int at = 0;
            double error = 0;
            foreach (var (p, f, rows) in vector.Parts)
            {
                var population = subject.Network.Populations[p];
                for (int r = 0; r < rows; r++)
                for (int l = 0; l < lanes; l++, at++)
                {
                    // A field against its box does not move, nor does the flow's projection let it.
                    double misfit = hessian.Fixed[at] || OnEdge(population, f, rest[at]) ? 0 : times[at / lanes] * difference[at] - hy[at];
                    error += misfit * misfit;
                }
            }
            linearisation = Math.Max(linearisation, Math.Sqrt(error / Norms.Dot(hy, hy)));
        }
        return (asymmetry, linearisation);
    }

    /// <summary>Where a central difference would be cut by the box, or a force that rises without bound towards its edge bends too much for one.</summary>
    private static bool OnEdge(Population population, int field, double u)
    {
        if (field > 0 || population.Box is not { } box)
            return false;
        double edge = population.Box == population.Neuron!.Box ? 1e-3 : 0.05 * Math.Min(1, box.High - box.Low);
        return u - box.Low < edge || box.High - u < edge;
    }

    private static double Pairwise(AuditSubject subject, Rng rng)
    {
        var activators = (
            from p in subject.Machine.Relaxed
            from r in Enumerable.Range(0, subject.Network.Populations[p].Size)
            select (Population: p, Row: r)
        ).ToArray();
        if (activators.Length < 2)
            return 0;
        // Lanes: pairs × two perturbed currents × points of a five-point difference.
        int lanes = Pairs * 2 * Points;
        using var s = subject.Present(lanes, l => l / (2 * Points) % subject.Samples, out var images);
        using var _ = images;
        double[] offsets = [2, 1, -1, -2],
            weights = [-1, 8, -8, 1];
        const double h = 3e-4;
        var pairs = new (int I, int J)[Pairs];
        for (int k = 0; k < Pairs; k++)
        {
            int i = rng.NextInt(activators.Length),
                j = (i + 1 + rng.NextInt(activators.Length - 1)) % activators.Length;
            pairs[k] = (i, j);
            for (int which = 0; which < 2; which++)
            {
                var (p, row) = activators[which == 0 ? i : j];
                for (int point = 0; point < Points; point++)
                    s.Constant(p, 0)[row, (k * 2 + which) * Points + point] += h * offsets[point];
            }
        }
        subject.Rest(s);
        double worst = 0;
        for (int k = 0; k < Pairs; k++)
        {
            var (i, j) = pairs[k];
            double own = Slope(i, 0) * Slope(j, 1),
                // A saturated pair answers nothing, on both sides.
                scale = own > 1e-12 ? Math.Sqrt(own) : 1;
            worst = Math.Max(worst, Math.Abs(Slope(j, 0) - Slope(i, 1)) / scale);

            double Slope(int of, int current)
            {
                var (p, row) = activators[of];
                double sum = 0;
                for (int point = 0; point < Points; point++)
                    sum += weights[point] * s.X(p, 0)[row, (k * 2 + current) * Points + point];
                return sum / (12 * h);
            }
        }
        return worst;
    }
}
