namespace Nagumo.Media;

/// <summary>Currents over which a stable cycle lives, and how fast it turns.</summary>
/// <param name="Currents">Currents, increasing, from end to end.</param>
/// <param name="Frequencies">1/period at each; 0 at a homoclinic end, where a turn takes for ever.</param>
/// <param name="Begin">How it ends towards smaller currents.</param>
/// <param name="End">How it ends towards larger ones.</param>
public sealed record FiringRange(IReadOnlyList<double> Currents, IReadOnlyList<double> Frequencies, CycleEnd Begin, CycleEnd End);

/// <summary>The f–I curve of a neuron: the frequency of its oscillation against the current.</summary>
/// <remarks>
/// Read off the branches of cycles (<see cref="BifurcationDiagram"/>): every range ends where its cycle does, at a fold, a Hopf point or a homoclinic orbit,
/// and several may overlap. At a Hopf point the frequency is ω/2π. A range of currents that is much wider than the cell's own, as an axis to 10⁹ is, is
/// looked through around the cell's bifurcations only, and further where a cycle goes on: see <see cref="Examined"/>.
/// </remarks>
/// <param name="Firing">Where stable cycles live, by increasing first current.</param>
/// <param name="Resting">Where there is a stable rest state, beside a cycle or instead of it, increasing.</param>
public sealed record CurrentFrequency(IReadOnlyList<FiringRange> Firing, IReadOnlyList<(double From, double To)> Resting)
{
    /// <summary>So many of their own sizes beside the outermost bifurcations cycles are looked for.</summary>
    private const double Beside = 4;

    /// <summary>The currents at which cycles were looked for, at the scale of the cell: nothing is known of cycles elsewhere.</summary>
    public (double From, double To) Examined { get; init; }

    /// <summary>The curve over a range of currents.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="low">The lowest current, finite.</param>
    /// <param name="high">The highest, above <paramref name="low"/>.</param>
    /// <param name="count">Evenly spaced currents from end to end of each range, besides the points of the branch, at least 2.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancel">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">An empty range, or rest states that cannot be isolated.</exception>
    public static CurrentFrequency Of(
        PlanarNeuron neuron,
        double low,
        double high,
        int count = 81,
        Action<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        var own = Own(neuron, low, high);
        var examined = own;
        var firing = Ranges(neuron, own, count, progress, cancel);
        if (own != (low, high) && firing.Any(GoesOn))
        {
            // A cycle that lives on beyond is followed, unless steps of that size pass over what is there.
            var whole = Ranges(neuron, (low, high), count, progress, cancel);
            if (whole.Count == firing.Count && whole.Count(IsLost) <= firing.Count(IsLost))
                (examined, firing) = ((low, high), whole);
        }
        return new(firing, Rests(neuron, low, high)) { Examined = examined };

        static bool IsLost(FiringRange r) => r.Begin == CycleEnd.Lost || r.End == CycleEnd.Lost;
        bool GoesOn(FiringRange r) => (r.Begin == CycleEnd.Range && own.From > low) || (r.End == CycleEnd.Range && own.To < high);
    }

    /// <summary>The currents of a range at which the cell can change what it does, and as far again: the scale at which branches are followed.</summary>
    private static (double From, double To) Own(PlanarNeuron neuron, double low, double high)
    {
        var curve = neuron.Curve;
        double[] points = [.. curve.HopfPoints.Select(h => h.Current).Concat(curve.SaddleNodes).Where(i => low < i && i < high).Order()];
        if (points.Length == 0)
            return (low, high);
        // One point alone has the size of the current that moves u at the cell's fast rate.
        var units = CellUnits.Of(neuron, points[points.Length / 2]);
        double air = Beside * Math.Max(points[^1] - points[0], units.U * units.Fast * neuron.TauU);
        return (Math.Max(low, points[0] - air), Math.Min(high, points[^1] + air));
    }

    private static IReadOnlyList<FiringRange> Ranges(
        PlanarNeuron neuron,
        (double From, double To) range,
        int count,
        Action<double>? progress,
        CancellationToken cancel
    )
    {
        var diagram = BifurcationDiagram.Of(new(neuron), range.From, range.To, progress, cancel);
        var stable = new List<CycleBranch>();
        foreach (
            var stretch in diagram
                .Cycles.SelectMany(b => b.Stretches)
                // Of one sign; 0 to rounding at a fold.
                .Where(s => s.Points.Sum(p => p.Cycle.FloquetExponent) < 0)
                .OrderByDescending(s => Math.Abs(s.Points[^1].Parameter - s.Points[0].Parameter))
        )
            if (!stable.Any(s => Holds(s, stretch)))
                stable.Add(stretch);
        return [.. stable.Select(s => Range(s, count, diagram.HopfPoints)).OrderBy(r => r.Currents[0])];
    }

    /// <summary>Whether a stretch is part of a longer one, followed twice: a cycle well within it lies on both.</summary>
    private static bool Holds(CycleBranch longer, CycleBranch stretch)
    {
        int n = stretch.Points.Count;
        return new[] { n / 4, n / 2, 3 * n / 4 }.Any(i =>
            longer.At(stretch.Points[i].Parameter).Any(c => BifurcationDiagram.AreOne(c, stretch.Points[i].Cycle))
        );
    }

    private static FiringRange Range(CycleBranch stretch, int count, IReadOnlyList<HopfOnset> onsets)
    {
        var (first, last, begin, end) = (stretch.Points[0], stretch.Points[^1], stretch.Begin, stretch.End);
        if (first.Parameter > last.Parameter)
            (first, last, begin, end) = (last, first, end, begin);
        var even = Enumerable.Range(0, count).Select(i => first.Parameter + (last.Parameter - first.Parameter) * i / (count - 1));
        (double Current, double Frequency)[] curve =
        [
            .. Limit(first, begin, onsets),
            .. stretch
                .Points.Select(p => (p.Parameter, 1 / p.Cycle.Period))
                .Concat(even.SelectMany(i => stretch.At(i).Select(c => (i, 1 / c.Period))))
                .OrderBy(p => p.Item1),
            .. Limit(last, end, onsets),
        ];
        return new([.. curve.Select(p => p.Current)], [.. curve.Select(p => p.Frequency)], begin, end);
    }

    /// <summary>What a stretch tends to beyond its last cycle; nothing where that is itself the end.</summary>
    private static IEnumerable<(double Current, double Frequency)> Limit(CyclePoint last, CycleEnd end, IReadOnlyList<HopfOnset> onsets)
    {
        if (end == CycleEnd.Homoclinic)
            yield return (last.Parameter, 0);
        if (end == CycleEnd.Hopf && Onset(last, onsets) is { } onset)
            yield return (onset.Parameter, onset.Hopf.Omega / (2 * Math.PI));
    }

    /// <summary>The onset at which a small cycle is born; null at a corner, whose cycle does not begin with the frequency of the rest state.</summary>
    private static HopfOnset? Onset(CyclePoint small, IReadOnlyList<HopfOnset> onsets) =>
        onsets
            .Where(o => !o.Hopf.IsCorner && small.Cycle.UMin <= o.Hopf.U && o.Hopf.U <= small.Cycle.UMax)
            .MinBy(o => Math.Abs(o.Parameter - small.Parameter));

    /// <summary>Where there is a stable rest state: it changes at saddle-nodes and Hopf points only.</summary>
    private static IReadOnlyList<(double From, double To)> Rests(PlanarNeuron neuron, double low, double high)
    {
        var curve = neuron.Curve;
        double[] ends =
        [
            low,
            .. curve.HopfPoints.Select(h => h.Current).Concat(curve.SaddleNodes).Where(i => low < i && i < high).Order(),
            high,
        ];
        var rests = new List<(double From, double To)>();
        foreach (var (from, to) in ends.Zip(ends.Skip(1)).Where(p => curve.At(0.5 * (p.First + p.Second)).Any(r => r.IsStable)))
            if (rests.Count > 0 && rests[^1].To == from)
                rests[^1] = (rests[^1].From, to);
            else
                rests.Add((from, to));
        return rests;
    }
}
