namespace Nagumo.Media;

/// <summary>What a neuron can do along one of its parameters: all branches of rest states and of cycles in a range.</summary>
/// <remarks>
/// Rest states are isolated at several values of the parameter, so that no branch that reaches one of them is missed, and followed from there; cycles are
/// followed from every Hopf point, and from those that orbits find at the same values. Stable and unstable ones alike. [Kuznetsov 2004,
/// doi:10.1007/978-1-4757-3978-7]
/// </remarks>
/// <param name="Family">The neuron along its parameter.</param>
/// <param name="Low">The range.</param>
/// <param name="High">The range.</param>
/// <param name="Rest">Branches of rest states.</param>
/// <param name="Cycles">Branches of cycles.</param>
public sealed record BifurcationDiagram(
    CellFamily Family,
    double Low,
    double High,
    IReadOnlyList<RestBranch> Rest,
    IReadOnlyList<CycleBranch> Cycles
)
{
    /// <summary>Values of the parameter at which rest states are isolated, and cycles looked for.</summary>
    private const int Seeds = 17,
        CycleSeeds = 5;

    private const int MostBranches = 60;

    /// <summary>All Hopf points, by increasing parameter.</summary>
    public IReadOnlyList<HopfOnset> HopfPoints => [.. Rest.SelectMany(b => b.HopfPoints).OrderBy(p => p.Parameter)];

    /// <summary>All saddle-nodes of rest states, by increasing parameter.</summary>
    public IReadOnlyList<RestPoint> SaddleNodes => [.. Rest.SelectMany(b => b.SaddleNodes).OrderBy(p => p.Parameter)];

    /// <summary>All crossings of branches, by increasing parameter.</summary>
    public IReadOnlyList<RestPoint> Crossings => [.. Rest.SelectMany(b => b.Crossings).OrderBy(p => p.Parameter)];

    /// <summary>All folds of cycles, by increasing parameter.</summary>
    public IReadOnlyList<CyclePoint> Folds => [.. Cycles.SelectMany(b => b.Folds).OrderBy(p => p.Parameter)];

    /// <summary>Parameters at which a cycle becomes a homoclinic orbit, increasing.</summary>
    public IReadOnlyList<double> Homoclinics =>
        [
            .. Cycles
                .SelectMany(b =>
                    new[] { (b.Begin, b.Points.FirstOrDefault()), (b.End, b.Points.LastOrDefault()) }.Where(e =>
                        e.Item1 == CycleEnd.Homoclinic && e.Item2 is not null
                    )
                )
                .Select(e => e.Item2!.Parameter)
                .Order(),
        ];

    /// <summary>Follows everything.</summary>
    /// <param name="family">The neuron along its parameter.</param>
    /// <param name="low">The range of the parameter, finite.</param>
    /// <param name="high">Its upper end, above <paramref name="low"/>.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancel">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">An empty range, one that the parameter may not have, or rest states that cannot be isolated.</exception>
    public static BifurcationDiagram Of(
        CellFamily family,
        double low,
        double high,
        Action<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        if (!(high > low) || !double.IsFinite(high - low))
            throw new ArgumentException($"the range {low:R} to {high:R} is empty or not finite: give two numbers, the smaller first.");
        // Both ends must be values that the parameter may have.
        (_, _) = (family.At(low), family.At(high));
        var rest = RestBranches(family, low, high, cancel);
        progress?.Invoke(0.2);
        var cycles = new List<CycleBranch>();
        HopfOnset[] onsets = [.. rest.SelectMany(b => b.HopfPoints).OrderBy(p => p.Parameter)];
        for (int i = 0; i < onsets.Length && cycles.Count < MostBranches; i++)
        {
            // A branch that was born at another Hopf point may end here.
            if (!cycles.Any(c => EndsAt(c, onsets[i], low, high)))
            {
                var (p, hopf) = (onsets[i].Parameter, onsets[i].Hopf);
                var branch = CycleBranch.FromHopf(family, p, hopf.U, hopf.V, low, high, cancel: cancel);
                if (branch.Points.Count > 0)
                    cycles.Add(branch);
            }
            progress?.Invoke(0.2 + 0.5 * (i + 1) / onsets.Length);
        }
        for (int i = 0; i < CycleSeeds; i++)
        {
            double p = low + (high - low) * i / (CycleSeeds - 1);
            foreach (var cycle in CyclesAt(family, p, rest, cancel))
                if (cycles.Count < MostBranches && !cycles.Any(b => b.At(p).Any(c => Same(c, cycle))))
                    cycles.Add(CycleBranch.FromCycle(family, p, cycle, low, high, cancel: cancel));
            progress?.Invoke(0.7 + 0.3 * (i + 1) / CycleSeeds);
        }
        return new(family, low, high, rest, Distinct(cycles));
    }

    /// <summary>Every branch once: of those that were followed twice, as from both their ends, the one with the wider range of the parameter.</summary>
    internal static IReadOnlyList<CycleBranch> Distinct(IReadOnlyList<CycleBranch> branches)
    {
        var kept = new List<int>();
        foreach (int i in Enumerable.Range(0, branches.Count).OrderByDescending(i => Width(branches[i])))
            if (!kept.Exists(longer => LiesOn(branches[i], branches[longer])))
                kept.Add(i);
        // In the order in which they were found.
        return [.. kept.Order().Select(i => branches[i])];

        static double Width(CycleBranch b) => b.Points.Max(p => p.Parameter) - b.Points.Min(p => p.Parameter);
    }

    /// <summary>Whether the cycles well within a branch lie on another one.</summary>
    private static bool LiesOn(CycleBranch branch, CycleBranch longer)
    {
        int n = branch.Points.Count;
        return new[] { n / 4, n / 2, 3 * n / 4 }.All(i =>
            longer.At(branch.Points[i].Parameter).Any(c => AreOne(c, branch.Points[i].Cycle))
        );
    }

    /// <summary>Whether two cycles at one value of the parameter are the same, each as exact as its branch.</summary>
    internal static bool AreOne(LimitCycle a, LimitCycle b) =>
        Math.Abs(a.Period - b.Period) < 0.01 * a.Period && Math.Abs(a.UMax - b.UMax) + Math.Abs(a.UMin - b.UMin) < 0.01 * (a.UMax - a.UMin);

    private static List<RestBranch> RestBranches(CellFamily family, double low, double high, CancellationToken cancel)
    {
        var branches = new List<RestBranch>();
        for (int i = 0; i < Seeds; i++)
        {
            cancel.ThrowIfCancellationRequested();
            double p = low + (high - low) * i / (Seeds - 1);
            var (neuron, current) = family.At(p);
            var states = neuron.Curve.At(current);
            var scales = CellUnits.Of(neuron, current);
            foreach (var state in states)
                if (branches.Count < MostBranches && !branches.Any(b => Holds(b, p, state, (scales.U, scales.V, (high - low) / 10))))
                    branches.Add(RestBranch.Through(family, p, state, low, high, cancel));
        }
        return branches;
    }

    /// <summary>Whether a rest state lies on a branch: beside the chord between two of its points, which are a tenth of a length apart at most.</summary>
    private static bool Holds(RestBranch branch, double parameter, RestState state, (double U, double V, double Parameter) length)
    {
        const double Near = 0.005;
        for (int i = 0; i + 1 < branch.Points.Count; i++)
        {
            var (a, b) = (branch.Points[i], branch.Points[i + 1]);
            double u = (b.State.U - a.State.U) / length.U,
                v = (b.State.V - a.State.V) / length.V,
                p = (b.Parameter - a.Parameter) / length.Parameter,
                toU = (state.U - a.State.U) / length.U,
                toV = (state.V - a.State.V) / length.V,
                toP = (parameter - a.Parameter) / length.Parameter,
                square = u * u + v * v + p * p,
                share = square > 0 ? Math.Clamp((u * toU + v * toV + p * toP) / square, 0, 1) : 0;
            (toU, toV, toP) = (toU - share * u, toV - share * v, toP - share * p);
            if (toU * toU + toV * toV + toP * toP < Near * Near)
                return true;
        }
        return false;
    }

    private static bool EndsAt(CycleBranch branch, HopfOnset onset, double low, double high) =>
        branch.End == CycleEnd.Hopf
        && branch.Points[^1] is var last
        && Math.Abs(last.Parameter - onset.Parameter) < 0.02 * (high - low)
        && last.Cycle.UMin - last.Cycle.Amplitude < onset.Hopf.U
        && onset.Hopf.U < last.Cycle.UMax + last.Cycle.Amplitude;

    private static IReadOnlyList<LimitCycle> CyclesAt(CellFamily family, double parameter, List<RestBranch> rest, CancellationToken cancel)
    {
        var (neuron, current) = family.At(parameter);
        var states = neuron.Curve.At(current);
        return states.Count == 0 ? [] : CycleSearch.Run(neuron, current, CellUnits.Of(neuron, current), states, [], cancel);
    }

    private static bool Same(LimitCycle a, LimitCycle b) =>
        Math.Abs(a.Period - b.Period) < 1e-4 * a.Period && Math.Abs(a.UMax - b.UMax) + Math.Abs(a.UMin - b.UMin) < 1e-3 * (a.UMax - a.UMin);
}
