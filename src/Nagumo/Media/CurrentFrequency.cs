namespace Nagumo.Media;

/// <summary>What a neuron does at one current.</summary>
/// <param name="Current">The current.</param>
/// <param name="Frequency">1/period of its stable cycle; null without one.</param>
/// <param name="Rests">Whether it has a stable rest state, beside a cycle or instead of it.</param>
public sealed record FrequencyPoint(double Current, double? Frequency, bool Rests);

/// <summary>The f–I curve of a neuron: the frequency of its oscillation against the current.</summary>
public static class CurrentFrequency
{
    /// <summary>Follows the stable cycle from current to current, from the middle of the range outwards, so that a cycle that coexists with
    /// rest is found as far as it reaches.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="currents">At least three currents, increasing.</param>
    /// <param name="cancel">Ends early; what is there is returned.</param>
    public static IReadOnlyList<FrequencyPoint> Run(PlanarNeuron neuron, IReadOnlyList<double> currents, CancellationToken cancel = default)
    {
        int count = currents.Count;
        if (count < 3 || Enumerable.Range(1, count - 1).Any(i => !(currents[i] > currents[i - 1])))
            throw new ArgumentException("the f–I curve needs at least 3 currents, each larger than the one before.", nameof(currents));
        var curve = new RestCurve(neuron);
        var found = new SortedDictionary<int, FrequencyPoint>();
        int middle = Enumerable
            .Range(0, count)
            .Where(i => curve.At(currents[i]).All(r => !r.IsStable))
            .DefaultIfEmpty(count / 2)
            .MinBy(i => Math.Abs(i - count / 2));
        foreach (int step in (int[])[1, -1])
        {
            (double U, double V)? last = null;
            for (int i = middle; i >= 0 && i < count && !cancel.IsCancellationRequested; i += step)
            {
                var rest = curve.At(currents[i]);
                // A cycle encloses a rest state that is no saddle.
                var centre = rest.FirstOrDefault(r => !r.IsStable && !r.IsSaddle) ?? rest.FirstOrDefault(r => !r.IsSaddle);
                var cycle = centre is null ? null : Cycle(neuron, currents[i], centre, last);
                last = cycle is null ? null : (cycle.UMax, cycle.V);
                found[i] = new(currents[i], 1 / cycle?.Period, rest.Any(r => r.IsStable));
            }
        }
        return [.. found.Values];
    }

    private static LimitCycle? Cycle(PlanarNeuron neuron, double current, RestState centre, (double U, double V)? last)
    {
        double longest = 300 * Math.Max(1, neuron.Tau);
        // Beside a stable rest state only a start from the last cycle leads to the next one.
        double? v = last is { } at ? TimeCourse.Section(neuron, current, centre, at.U, longest) : null;
        if (last is null && centre.IsStable)
            return null;
        return LimitCycle.Find(neuron, current, centre, v, longest) is { IsStable: true } cycle ? cycle : null;
    }
}
