using MathNet.Numerics.LinearAlgebra;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Hamiltonian;
using Nagumo.Learning;
using Nagumo.Networks;

namespace Nagumo.Audits;

/// <summary>What a flow is, as far as Equilibrium Propagation is concerned; the first that holds, in this order.</summary>
public enum Structure
{
    /// <summary>τ_i x_i' = −∂E/∂x_i with all τ_i &gt; 0: an energy-based model.</summary>
    Gradient,

    /// <summary>τ_i x_i' = ∓∂H/∂x_i: some variables descend, others ascend.</summary>
    SkewGradient,

    /// <summary>q' = ∂H/∂p, p' = −∂H/∂q for the stated pairing.</summary>
    Hamiltonian,

    /// <summary>x' = Q ∇H with a constant matrix Q; among them oscillators with friction.</summary>
    QGradient,

    /// <summary>Weights make the Jacobian symmetric at this rest state, but not beside it.</summary>
    SelfAdjointAtRest,

    /// <summary>No such structure was found: EqProp is biased.</summary>
    Neither,
}

/// <summary>How an audit probes.</summary>
/// <param name="Probes">Random states beside the rest state, ≥ 2.</param>
/// <param name="Radius">Their spread, &gt; 0, in ranges over which the flow bends; every other probe is ten times as far. In networks, whose variables are of the size 1: times max(1, |x|).</param>
/// <param name="Tolerance">Largest defect that counts as symmetric; differences leave about 1e-12.</param>
/// <param name="Seed">Seeds the probes and the test costs.</param>
public sealed record StructureAuditOptions(int Probes = 4, double Radius = 0.3, double Tolerance = 1e-8, ulong Seed = 1)
{
    /// <inheritdoc cref="StructureAuditOptions"/>
    public int Probes { get; init; } =
        Probes is >= 2 and <= 1000
            ? Probes
            : throw new ArgumentOutOfRangeException(nameof(Probes), $"probes = {Probes}: give 2 to 1000; 4 is usual.");

    /// <inheritdoc cref="StructureAuditOptions"/>
    public double Radius { get; init; } =
        Radius > 0 && double.IsFinite(Radius)
            ? Radius
            : throw new ArgumentOutOfRangeException(nameof(Radius), $"radius = {Radius:R}: give a finite number > 0; 0.3 is usual.");
}

/// <summary>A coupling that no weights make equal: the two sides of w_i J_ij = w_j J_ji.</summary>
/// <param name="To">Name of x_i.</param>
/// <param name="From">Name of x_j.</param>
/// <param name="There">w_i J_ij.</param>
/// <param name="Back">w_j J_ji.</param>
/// <param name="AtRest">Whether it breaks at the rest state already, or only beside it.</param>
public sealed record BrokenCoupling(string To, string From, double There, double Back, bool AtRest);

/// <summary>Whether a system is its own adjoint, in which sense, and what EqProp would compute where it is not.</summary>
/// <remarks>
/// The Jacobian J is taken at a rest state and at random states beside it. Weights w with w_i J_ij = w_j J_ji at all of them make the
/// flow a gradient (all w &gt; 0) or skew-gradient flow, |w_i| being the time constants up to one factor per component. A nudge enters as
/// −β Q ∂C/∂x, Q = 1/w, and the contrast is exact. [DESIGN §1]
/// </remarks>
/// <param name="System">What was examined.</param>
/// <param name="Class">What it is.</param>
/// <param name="State">The rest state.</param>
/// <param name="Residual">Largest |x'| there.</param>
/// <param name="Weights">w_i, geometric mean of |w| = 1 and most of them positive in each component.</param>
/// <param name="Component">Component of each variable in the graph of two-sided couplings; each has a free factor.</param>
/// <param name="RestDefect">
/// |W J − (W J)ᵀ|/|W J| at the rest state, with the weights fitted there, each variable in the unit in which its couplings are of the size 1.
/// </param>
/// <param name="ProbeDefect">The largest at all states, with the weights fitted to all of them.</param>
/// <param name="PairDefect">The same of Ω⁻¹ J for the stated pairing; null where none was stated.</param>
/// <param name="StructureDefect">The same of Q⁻¹ J for the best constant Q; null where none was looked for.</param>
/// <param name="StructureMatrix">That Q, row-major [n × n]; null where there is none.</param>
/// <param name="Broken">The couplings that break the symmetry most, worst first; empty where it holds.</param>
/// <param name="Cosine">
/// Smallest cosine, over random costs, between EqProp with a nudge through the structure found and the exact gradient; NaN where J is singular.
/// Where none was found: with <see cref="FlowSystem.Weights"/>.
/// </param>
/// <param name="PlainCosine">The same for the plain nudge −β ∂C/∂x on every variable.</param>
/// <param name="Notes">What else is to be said.</param>
public sealed record StructureAudit(
    FlowSystem System,
    Structure Class,
    IReadOnlyList<double> State,
    double Residual,
    IReadOnlyList<double> Weights,
    IReadOnlyList<int> Component,
    double RestDefect,
    double ProbeDefect,
    double? PairDefect,
    double? StructureDefect,
    IReadOnlyList<double>? StructureMatrix,
    IReadOnlyList<BrokenCoupling> Broken,
    double Cosine,
    double PlainCosine,
    IReadOnlyList<string> Notes
)
{
    private const int MostBroken = 8,
        Costs = 3;

    /// <summary>Entries of a Jacobian that count as 0, relative to their row: of an exact one, and of one by differences.</summary>
    private const double Rounding = 1e-14,
        Noise = 1e-9;

    /// <summary>Whether the state is at rest; without one there is nothing to classify.</summary>
    public bool Converged { get; private init; } = true;

    /// <summary>Fields of a network that rest at the edge of their box: they do not move, and are no variables.</summary>
    public int Held { get; private init; }

    private double[] RestJacobian { get; init; } = [];

    /// <summary>w_i J_ij and w_j J_ji at the rest state, for every pair i &lt; j that is coupled.</summary>
    public IReadOnlyList<(double There, double Back)> Couplings()
    {
        int n = Weights.Count;
        return
        [
            .. from i in Enumerable.Range(0, n)
            from k in Enumerable.Range(i + 1, n - i - 1)
            let there = Weights[i] * RestJacobian[i * n + k]
            let back = Weights[k] * RestJacobian[k * n + i]
            where there != 0 || back != 0
            select (there, back),
        ];
    }

    /// <summary>The defect of the class.</summary>
    public double Defect =>
        Class switch
        {
            Structure.Hamiltonian => PairDefect!.Value,
            Structure.QGradient => StructureDefect!.Value,
            Structure.SelfAdjointAtRest => RestDefect,
            _ => ProbeDefect,
        };

    /// <summary>Finds a rest state of the flow and classifies it.</summary>
    /// <param name="system">The flow.</param>
    /// <param name="options">How to probe.</param>
    /// <param name="cancel">Ends the search for a rest state.</param>
    /// <param name="progress">Told what is under way.</param>
    /// <exception cref="ArgumentException">Probe states at which the flow is not finite.</exception>
    public static StructureAudit Run(
        FlowSystem system,
        StructureAuditOptions? options = null,
        CancellationToken cancel = default,
        IProgress<string>? progress = null
    )
    {
        RequireMemory(system.Name, system.Dimension, options);
        var (state, residual, rests) = RestSearch.Find(system, cancel: cancel, progress: progress);
        return rests ? At(system, state, residual, options ?? new(), progress) : Restless(system, state, residual);
    }

    /// <summary>Classifies a network's physical (u, v) flow at the rest state of the subject's first image.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="subject">Network and images.</param>
    /// <param name="options">How to probe.</param>
    /// <param name="progress">Told what is under way.</param>
    /// <exception cref="ArgumentException">Probe states at which the flow is not finite.</exception>
    public static StructureAudit Run(
        string name,
        AuditSubject subject,
        StructureAuditOptions? options = null,
        IProgress<string>? progress = null
    )
    {
        // All fields, before a flow of them is made: those that their boxes hold are known at rest only, and are few.
        RequireMemory(name, subject.Network.Populations.Where(p => !p.IsClamped).Sum(p => p.Size * p.Fields), options);
        using var flow = new NetworkFlow(name, subject);
        var velocity = new double[flow.Rest.Length];
        flow.System.Flow(flow.Rest, velocity);
        double residual = velocity.Max(Math.Abs);
        return flow.Relaxation.Converged || RestSearch.AtRest(residual, flow.Rest)
            ? At(flow.System, flow.Rest, residual, options ?? new(), progress) with
            {
                Held = flow.Held,
            }
            : Restless(flow.System, flow.Rest, residual);
    }

    /// <summary>Classifies a chain of layers: its relaxation as a boundary problem, or its flow in depth as a pass.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="trainer">A trainer of an experiment that states a chain, with the weights to look at.</param>
    /// <param name="set">Images; the first is shown to a boundary problem.</param>
    /// <param name="options">How to probe.</param>
    /// <param name="progress">Told what is under way.</param>
    /// <exception cref="ArgumentException">The experiment states no chain, or probe states at which the flow is not finite.</exception>
    public static StructureAudit Run(
        string name,
        Trainer trainer,
        Samples set,
        StructureAuditOptions? options = null,
        IProgress<string>? progress = null
    )
    {
        if (trainer.Experiment.Chain is null)
            throw new ArgumentException($"'{name}' is no chain of layers: audit it by an AuditSubject.");
        if (trainer.Experiment.Chain.Reading != "pass")
        {
            using var subject = new AuditSubject(trainer.Experiment, set, [0]);
            subject.Load(trainer);
            return Run(name, subject, options, progress);
        }
        using var chain = new TrainedChain(trainer, set, sample: 0);
        var audit = Run(FlowSystem.InDepth(name, chain.Action), options, progress: progress);
        return audit with
        {
            Notes = [.. audit.Notes, "a pass through layers: each is a symplectic step of this flow in depth, trained by Hamiltonian echo"],
        };
    }

    /// <summary>The Jacobians at rest and at all probes are held at once, and as much as one more for what is made of them.</summary>
    private static void RequireMemory(string name, int variables, StructureAuditOptions? options) =>
        MemoryNeed.RequireDense(
            $"The audit of '{name}'",
            variables,
            (options ?? new()).Probes + 2,
            "Audit the same network with smaller populations: its structure is that of its couplings and neurons, not of their number."
        );

    private static StructureAudit Restless(FlowSystem system, double[] state, double residual) =>
        new(system, Structure.Neither, state, residual, [], [], 0, 0, null, null, null, [], double.NaN, double.NaN, [])
        {
            Converged = false,
        };

    /// <summary>Classifies at a given rest state.</summary>
    internal static StructureAudit At(
        FlowSystem system,
        double[] rest,
        double residual,
        StructureAuditOptions options,
        IProgress<string>? progress = null
    )
    {
        int n = system.Dimension;
        var rng = new Rng(options.Seed).Split("structure");
        double[] range = NaturalRange.Of(system, rest);
        progress?.Report($"the Jacobian of {n} variables at the rest state");
        var jacobians = new List<double[]> { system.Jacobian(rest, range) };
        for (int k = 0; k < options.Probes; k++)
        {
            progress?.Report($"the Jacobian of {n} variables at probe {k + 1} of {options.Probes}");
            double far = system.Dimensionless || k % 2 == 0 ? 1 : 10;
            jacobians.Add(system.Jacobian(Probe(system, rest, range, far * options.Radius, rng.Split((ulong)k)), range));
        }
        if (jacobians.Any(j => j.Any(x => !double.IsFinite(x))))
            throw new ArgumentException(
                $"'{system.Name}': the Jacobian is not finite at or beside the rest state. Lower the radius of the probes."
            );
        progress?.Report("weights that make both directions of every coupling equal");
        double[] units = Balance.Units(n, jacobians),
            raw = [.. jacobians[0]];
        foreach (double[] j in jacobians)
            Balance.InPlace(j, units, system.IsExact ? Rounding : Noise);

        var everywhere = Symmetriser.Fit(n, jacobians);
        var here = Symmetriser.Fit(n, jacobians[..1]);
        double probeDefect = jacobians.Max(j => everywhere.Defect(j, system.IsExact)),
            restDefect = here.Defect(jacobians[0], system.IsExact);
        bool Small(double? defect) => defect <= options.Tolerance;
        var notes = new List<string>();
        double? pairDefect = null,
            structureDefect = null;
        double[]? p = null;
        Structure @class;
        bool paired = system.Pairs.Count > 0;
        if (paired)
            pairDefect = StructureSearch.Defect(StructureSearch.Canonical(system.Pairs, units), n, jacobians);
        if (Small(probeDefect))
            @class = everywhere.Weights.All(w => w > 0) ? Structure.Gradient : Structure.SkewGradient;
        else if (Small(pairDefect))
        {
            @class = Structure.Hamiltonian;
            p = StructureSearch.Canonical(system.Pairs, units);
        }
        else
        {
            p = Constant(system, units, jacobians, rng.Split("null space"), notes);
            structureDefect = p is null ? null : StructureSearch.Defect(p, n, jacobians);
            // Without a stated pairing a flow of two variables often has a Q; what is symmetric in the variables themselves is said first.
            @class =
                Small(structureDefect) && (paired || !Small(restDefect)) ? Structure.QGradient
                : Small(restDefect) ? Structure.SelfAdjointAtRest
                : Structure.Neither;
            if (@class == Structure.SelfAdjointAtRest && Small(structureDefect))
                notes.Add("it is also x' = Q ∇H with a constant Q that is not diagonal: nudged through Q, EqProp is exact everywhere");
            if (!Small(structureDefect))
                p = null;
        }
        var symmetriser = @class == Structure.SelfAdjointAtRest ? here : everywhere;
        double[] weights = symmetriser.In(units);
        var q = @class switch
        {
            Structure.Gradient or Structure.SkewGradient or Structure.SelfAdjointAtRest => Diagonal(weights),
            Structure.Hamiltonian or Structure.QGradient => Inverse(p!, units),
            _ => Diagonal(system.Weights.Count > 0 ? system.Weights : [.. Enumerable.Repeat(1.0, n)]),
        };
        var broken = @class <= Structure.QGradient ? [] : Breaking(system, symmetriser, units, weights, jacobians, options.Tolerance);
        // A network's are tens of megabytes each, and the factors below need as much again.
        jacobians.Clear();
        progress?.Report("EqProp's gradient against the exact one");
        var (cosine, plain) = Cosines(raw, units, q, rng.Split("costs"));
        if (double.IsNaN(cosine))
            notes.Add("the Jacobian is singular at the rest state: there is no gradient to compare");
        int parts = symmetriser.Component.Distinct().Count();
        if (parts > 1 && @class <= Structure.SkewGradient)
            notes.Add($"{parts} parts that nothing couples: the time constants of each have a free factor");
        return new(
            system,
            @class,
            rest,
            residual,
            weights,
            symmetriser.Component,
            restDefect,
            probeDefect,
            pairDefect,
            structureDefect,
            p is null ? null : Inverse(p, units),
            broken,
            cosine,
            plain,
            notes
        )
        {
            RestJacobian = raw,
        };
    }

    /// <summary>The best constant P = Q⁻¹, from the first states; null where none is looked for.</summary>
    private static double[]? Constant(FlowSystem system, double[] units, List<double[]> jacobians, Rng rng, List<string> notes)
    {
        int n = system.Dimension;
        if (system.Pairs.Count > 0)
            return StructureSearch.Damped(system.Pairs, units, jacobians);
        if (n > StructureSearch.MaxDimension)
        {
            notes.Add($"a constant Q with x' = Q ∇H was not looked for: {n} variables, {StructureSearch.MaxDimension} at most");
            return null;
        }
        double all = jacobians[0].Max(Math.Abs),
            change = jacobians.Skip(1).Max(j => j.Zip(jacobians[0], (a, b) => Math.Abs(a - b)).Max());
        if (change > 1e-7 * all)
            return StructureSearch.Find(n, jacobians, rng);
        notes.Add("the flow is linear, and every linear flow is Q ∇H for some Q: state a pairing to ask for one");
        return null;
    }

    /// <summary>A random state beside the rest state at which the flow is finite.</summary>
    private static double[] Probe(FlowSystem system, double[] rest, double[] range, double radius, Rng rng)
    {
        var x = new double[rest.Length];
        var f = new double[rest.Length];
        for (int attempt = 0; attempt < 12; attempt++, radius /= 2)
        {
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = rest[i] + radius * range[i] * rng.NextNormal();
                if (system.Bounds is { } bounds)
                    x[i] = Math.Clamp(x[i], bounds[i].Low, bounds[i].High);
            }
            system.Flow(x, f);
            if (f.All(double.IsFinite))
                return x;
        }
        throw new ArgumentException($"'{system.Name}': the flow is not finite beside its rest state. Lower the radius of the probes.");
    }

    private static IReadOnlyList<BrokenCoupling> Breaking(
        FlowSystem system,
        Symmetriser symmetriser,
        double[] units,
        double[] weights,
        List<double[]> jacobians,
        double tolerance
    )
    {
        int n = system.Dimension;
        var w = symmetriser.Weights;
        var worst = new PriorityQueue<BrokenCoupling, double>();
        var found = new HashSet<(int, int)>();
        for (int s = 0; s < jacobians.Count; s++)
        {
            double all = 0;
            for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                all = Math.Max(all, Math.Abs(w[i] * jacobians[s][i * n + k]));
            for (int i = 0; i < n; i++)
            for (int k = i + 1; k < n; k++)
            {
                double there = w[i] * jacobians[s][i * n + k],
                    back = w[k] * jacobians[s][k * n + i];
                if (!(Math.Abs(there - back) > tolerance * all) || !found.Add((i, k)))
                    continue;
                // From balanced units to those of the variables.
                double scale = weights[i] / w[i] * units[i] / units[k];
                worst.Enqueue(
                    new(system.Variables[i], system.Variables[k], scale * there, scale * back, s == 0),
                    (s == 0 ? 1e6 : 1) * Math.Abs(there - back) / all
                );
                if (worst.Count > MostBroken)
                    worst.Dequeue();
            }
            if (s == 0 && worst.Count > 0)
                break;
        }
        var broken = new List<BrokenCoupling>();
        while (worst.TryDequeue(out var coupling, out _))
            broken.Insert(0, coupling);
        return broken;
    }

    /// <summary>Cosines of EqProp, J⁻¹ Q c, with the gradient with respect to a current in H, Qᵀ J⁻ᵀ c: with the given Q, and with Q = 1.</summary>
    /// <remarks>J = D J' D⁻¹ is solved in its balanced units D; its transpose is factored first and given back, so that one factor is held at a time.</remarks>
    private static (double Structured, double Plain) Cosines(double[] j, double[] units, double[] q, Rng rng)
    {
        int n = units.Length;
        var costs = new double[Costs][];
        for (int k = 0; k < Costs; k++)
            rng.FillNormal(costs[k] = new double[n]);
        double[][] exact = [.. costs.Select(c => c.Select((x, i) => x * units[i]).ToArray())];
        using (DenseLu transposed = new(n))
        {
            for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                transposed.Matrix[k * n + i] = j[i * n + k] * (units[k] / units[i]);
            if (transposed.Factor() >= 0)
                return (double.NaN, double.NaN);
            foreach (double[] e in exact)
                transposed.Solve(e);
        }
        using DenseLu lu = new(n);
        for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            lu.Matrix[i * n + k] = j[i * n + k] * (units[k] / units[i]);
        if (lu.Factor() >= 0)
            return (double.NaN, double.NaN);
        double structured = 1,
            plain = 1;
        foreach (var (c, e) in costs.Zip(exact))
        {
            for (int i = 0; i < n; i++)
                e[i] /= units[i];
            plain = Math.Min(plain, Norms.Cosine(Solved(c), e));
            structured = Math.Min(structured, Norms.Cosine(Solved(Times(q, c, transpose: false)), Times(q, e, transpose: true)));
        }
        return (structured, plain);

        double[] Solved(double[] right)
        {
            double[] g = [.. right.Select((x, i) => x / units[i])];
            lu.Solve(g);
            for (int i = 0; i < n; i++)
                g[i] *= units[i];
            return g;
        }

        double[] Times(double[] matrix, double[] x, bool transpose)
        {
            if (matrix.Length == n)
                return [.. matrix.Select((d, i) => d * x[i])];
            var y = new double[n];
            for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                y[i] += (transpose ? matrix[k * n + i] : matrix[i * n + k]) * x[k];
            return y;
        }
    }

    /// <summary>Q = 1/w as its diagonal, [n].</summary>
    private static double[] Diagonal(IReadOnlyList<double> w) => [.. w.Select(x => 1 / x)];

    /// <summary>Q = D P⁻¹ D, from P in balanced units.</summary>
    private static double[] Inverse(double[] p, double[] units)
    {
        int n = units.Length;
        double[] q = Matrix<double>.Build.DenseOfRowMajor(n, n, p).Inverse().ToRowMajorArray();
        double scale = q.Max(Math.Abs);
        return [.. q.Select((x, at) => Math.Abs(x) < 1e-9 * scale ? 0 : units[at / n] * x * units[at % n])];
    }
}
