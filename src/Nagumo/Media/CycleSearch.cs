namespace Nagumo.Media;

/// <summary>All cycles of a neuron at a current that orbits lead to, forwards and backwards in time.</summary>
/// <remarks>
/// A cycle encloses rest states, and neighbouring cycles differ in stability. Forwards, orbits from far outside and from beside every rest state that
/// repels end on cycles that attract; backwards, orbits from beside every rest state that attracts, and from both sides of every cycle
/// that attracts, end on cycles that repel; and so on from these.
/// </remarks>
internal static class CycleSearch
{
    /// <summary>Rest states to search around: of a periodic force, the nearest to the first.</summary>
    private const int MostCentres = 5;

    private const int MostCycles = 12;

    /// <summary>The cycles found, by increasing range of u.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="scales">Its scales there.</param>
    /// <param name="rest">All rest states there.</param>
    /// <param name="known">Cycles that are known already.</param>
    /// <param name="cancel">Ends the search.</param>
    public static IReadOnlyList<LimitCycle> Run(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        IReadOnlyList<RestState> rest,
        IEnumerable<LimitCycle> known,
        CancellationToken cancel
    )
    {
        var found = new List<LimitCycle>();
        var open = new Queue<LimitCycle>();
        RestState[] centres = [.. rest.OrderBy(r => Math.Abs(r.U - rest[rest.Count / 2].U)).Take(MostCentres)];
        // Collocation is of lower order over a corner: the flow itself, whose steps end there, then tells a cycle's period.
        foreach (var cycle in known)
            Add(neuron.Corners > 0 ? Traced(cycle) : cycle);
        foreach (var r in centres)
        {
            var centre = (r.U, r.V);
            if (!r.IsSaddle && !r.IsCentre)
                Add(LimitCycle.Find(neuron, current, scales, centre, backwards: r.IsStable, cancel: cancel));
            // From far outside, and from where a kick leads.
            foreach (double far in (double[])[-6, -1.5, 1.5, 6])
                if (TimeCourse.Section(neuron, current, scales, r.U, (r.U + far * scales.U, r.V), cancel) is { } v)
                    Add(LimitCycle.Find(neuron, current, scales, centre, v, cancel: cancel));
        }
        while (open.TryDequeue(out var cycle) && found.Count < MostCycles)
            foreach (var r in centres.Where(r => r.U > cycle.UMin && r.U < cycle.UMax))
            {
                double? on = Crossing(cycle, r.U);
                if (on is not { } v || Math.Abs(v - r.V) < 1e-6 * scales.V)
                    continue;
                foreach (double share in (double[])[0.99, 1.01])
                    Add(
                        LimitCycle.Find(
                            neuron,
                            current,
                            scales,
                            (r.U, r.V),
                            r.V + share * (v - r.V),
                            backwards: cycle.IsStable,
                            cancel: cancel
                        )
                    );
            }
        // Twins of equal size in the order of u.
        return [.. found.OrderBy(c => Math.Round(Math.Log((c.UMax - c.UMin) / scales.U), 4)).ThenBy(c => c.UMin)];

        LimitCycle? Traced(LimitCycle cycle) =>
            centres.FirstOrDefault(r => r.U > cycle.UMin && r.U < cycle.UMax) is { } r && Crossing(cycle, r.U) is { } v
                ? LimitCycle.Find(neuron, current, scales, (r.U, r.V), v, near: true, backwards: !cycle.IsStable, cancel: cancel)
                : null;

        // Where the cycle itself crosses the section.
        double? Crossing(LimitCycle cycle, double section)
        {
            if (section == cycle.U)
                return cycle.V;
            var flow = PlanarFlow.Start(neuron, current, scales, backwards: !cycle.IsStable, cancel: cancel);
            double[] x = [cycle.U, cycle.V, 0];
            return LimitCycle.Turn(flow, scales, x, section, 2 * cycle.Period, cycle.IsStable) is null ? null : x[1];
        }

        void Add(LimitCycle? cycle)
        {
            if (cycle is null || found.Any(c => Same(c, cycle)))
                return;
            found.Add(cycle);
            open.Enqueue(cycle);
        }

        bool Same(LimitCycle a, LimitCycle b) =>
            Math.Abs(a.UMax - b.UMax) < 1e-5 * (a.UMax - a.UMin)
            && Math.Abs(a.UMin - b.UMin) < 1e-5 * (a.UMax - a.UMin)
            && Math.Abs(a.Period - b.Period) < 1e-5 * a.Period;
    }
}
