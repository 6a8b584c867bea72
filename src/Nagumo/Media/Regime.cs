namespace Nagumo.Media;

/// <summary>What a neuron does at a constant current.</summary>
public enum Regime
{
    /// <summary>One stable rest state, to which every kick decays.</summary>
    Monostable,

    /// <summary>One stable rest state, from which a kick beyond a threshold makes a spike.</summary>
    Excitable,

    /// <summary>No stable rest state: a limit cycle.</summary>
    Oscillatory,

    /// <summary>Two or more attractors: stable rest states, or stable cycles, side by side.</summary>
    Bistable,

    /// <summary>Nothing attracts for good: a kick, or any start, makes the state run away.</summary>
    Escaping,

    /// <summary>A centre: orbits around it close, of any size.</summary>
    Neutral,
}

/// <summary>The regime of a neuron with one inhibitor: from its rest states, cycles and bifurcation currents, and confirmed by runs.</summary>
/// <param name="Regime">What it does.</param>
/// <param name="Rest">All rest states, by increasing u.</param>
/// <param name="SaddleNodes">Currents at which two rest states meet.</param>
/// <param name="HopfPoints">Where a rest state begins to oscillate.</param>
/// <param name="Pulse">The pulse test, from the first stable rest state.</param>
/// <param name="Cycles">All cycles found, stable and unstable, by increasing range of u.</param>
/// <param name="Confirmed">Whether runs do what is said: from beside every stable rest state back to it, kicks as the regime says, and round every cycle.</param>
public sealed record RegimeReport(
    Regime Regime,
    IReadOnlyList<RestState> Rest,
    IReadOnlyList<double> SaddleNodes,
    IReadOnlyList<HopfPoint> HopfPoints,
    PulseTest? Pulse,
    IReadOnlyList<LimitCycle> Cycles,
    bool Confirmed
)
{
    /// <summary>The largest stable cycle; null without one.</summary>
    public LimitCycle? Cycle => Cycles.LastOrDefault(c => c.IsStable);

    /// <summary>What attracts and what separates, in words: "2 stable foci, a saddle, a stable cycle".</summary>
    public string Attractors
    {
        get
        {
            var kinds = Rest.Select(r => r.Kind).Concat(Cycles.Select(c => c.IsStable ? "stable cycle" : "unstable cycle"));
            return string.Join(
                ", ",
                kinds
                    .GroupBy(k => k)
                    .Select(g => g.Count() == 1 ? $"a{("aeiou".Contains(g.Key[0]) ? "n" : "")} {g.Key}" : $"{g.Count()} {Plural(g.Key)}")
            );

            static string Plural(string kind) => kind.EndsWith("focus", StringComparison.Ordinal) ? kind[..^2] + "i" : kind + "s";
        }
    }

    /// <summary>Analyses a neuron at a current.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current, finite.</param>
    /// <param name="cancel">Ends the analysis with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">There is no rest state at this current, so that u runs away; or the formula is too irregular.</exception>
    public static RegimeReport Of(PlanarNeuron neuron, double current, CancellationToken cancel = default)
    {
        var curve = neuron.Curve;
        var rest = curve.At(current);
        var (saddles, hopf) = (curve.SaddleNodes, curve.HopfPoints);
        if (rest.Count == 0)
            throw new ArgumentException(
                $"current = {current:R}: '{neuron.Kinetics.Name}' has no rest state there, so that the state runs away."
                    + (
                        saddles.Count > 0
                            ? $" Two rest states meet at the current {saddles.MinBy(s => Math.Abs(s - current)):G9}: choose one on the other side."
                            : ""
                    )
            );
        // Runs in the cell's own units, counted from its own middle: there alone rounding is that of the cell, wherever its formula counts from.
        var units = neuron.Units(current);
        var (own, drive, scales) = (units.Rescale(neuron), current / units.Drive, units.One);
        RestState[] states = [.. rest.Select(units.Rescale)],
            stable = [.. states.Where(r => r.IsStable)];
        var pulse = stable.Length > 0 ? PulseTest.Run(own, drive, scales, stable[0], cancel) : null;
        var born = Born(own, drive, scales, [.. hopf.Select(units.Rescale)], cancel);
        var cycles = CycleSearch.Run(own, drive, scales, states, born, cancel);
        bool settle = stable.All(r => TimeCourse.Settles(own, drive, scales, r, cancel));
        int attractors = stable.Length + cycles.Count(c => c.IsStable);
        var (regime, confirmed) =
            attractors > 1 ? (Regime.Bistable, settle)
            : pulse is { IsExcitable: true } ? (Regime.Excitable, settle && pulse.Returns)
            : pulse is { Escape: not null } ? (Regime.Escaping, settle)
            : pulse is not null ? (Regime.Monostable, settle && pulse.Returns)
            : attractors == 1 ? (Regime.Oscillatory, true)
            : rest.Any(r => r.IsCentre) ? (Regime.Neutral, Closes(own, drive, scales, states.First(r => r.IsCentre), cancel))
            : Escapes(own, drive, scales, states, cancel) ? (Regime.Escaping, true)
            : (Regime.Oscillatory, false);
        return new(regime, rest, saddles, hopf, pulse is null ? null : units.Restore(pulse), [.. cycles.Select(units.Restore)], confirmed);
    }

    /// <summary>The cycles at this current on the branches that begin at the Hopf points to both sides of it.</summary>
    private static IEnumerable<LimitCycle> Born(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        IReadOnlyList<HopfPoint> hopf,
        CancellationToken cancel
    )
    {
        var family = new CellFamily(neuron);
        double width = scales.U * scales.Fast * neuron.TauU;
        foreach (var onset in (HopfPoint?[])[hopf.LastOrDefault(h => h.Current < current), hopf.FirstOrDefault(h => h.Current > current)])
            if (onset is { IsCorner: false })
            {
                double low = Math.Min(onset.Current, current),
                    high = Math.Max(onset.Current, current);
                var branch = CycleBranch.FromHopf(family, onset.Current, onset.U, onset.V, low - width, high + width, 150, cancel);
                foreach (var cycle in branch.At(current))
                    yield return cycle;
            }
    }

    /// <summary>Whether an orbit beside a centre comes back to where it began.</summary>
    private static bool Closes(PlanarNeuron neuron, double current, CellUnits scales, RestState centre, CancellationToken cancel)
    {
        var flow = PlanarFlow.Start(neuron, current, scales, precise: true, cancel: cancel);
        double[] x = [centre.U + 0.01 * scales.U, centre.V, 0];
        double wait = 1000 / scales.Slow;
        if (LimitCycle.Turn(flow, scales, x, centre.U, wait) is null)
            return false;
        double first = x[1];
        return LimitCycle.Turn(flow, scales, x, centre.U, wait) is not null && Math.Abs(x[1] - first) < 1e-6 * Math.Abs(first - centre.V);
    }

    /// <summary>Whether orbits from beside every rest state run away.</summary>
    private static bool Escapes(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        IReadOnlyList<RestState> rest,
        CancellationToken cancel
    ) =>
        rest.All(r =>
            double.IsInfinity(PulseTest.Follow(neuron, current, scales, r, 0.05 * scales.U, cancel).Farthest)
            || double.IsInfinity(PulseTest.Follow(neuron, current, scales, r, -0.05 * scales.U, cancel).Farthest)
        );
}
