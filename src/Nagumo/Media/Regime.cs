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

    /// <summary>Two or more stable rest states.</summary>
    Bistable,
}

/// <summary>The regime of a neuron with one inhibitor: from its rest states and bifurcation currents, and confirmed by a run.</summary>
/// <param name="Regime">What it does.</param>
/// <param name="Rest">All rest states, by increasing u.</param>
/// <param name="SaddleNodes">Currents at which two rest states meet.</param>
/// <param name="HopfPoints">Where a rest state begins to oscillate.</param>
/// <param name="Pulse">The pulse test, where there is one stable rest state.</param>
/// <param name="Cycle">A stable limit cycle; beside a stable rest state it coexists with it.</param>
/// <param name="Confirmed">Whether the run does what rest states and bifurcations say.</param>
public sealed record RegimeReport(
    Regime Regime,
    IReadOnlyList<RestState> Rest,
    IReadOnlyList<double> SaddleNodes,
    IReadOnlyList<HopfPoint> HopfPoints,
    PulseTest? Pulse,
    LimitCycle? Cycle,
    bool Confirmed
)
{
    /// <summary>Analyses a neuron at a current.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current, finite.</param>
    public static RegimeReport Of(PlanarNeuron neuron, double current)
    {
        var curve = new RestCurve(neuron);
        var rest = curve.At(current);
        if (rest.Count == 0)
            throw new ArgumentException(
                $"current = {current:R}: the neuron '{neuron.Neuron.Name}' has no rest state there; its potential lets u run away."
            );
        var stable = rest.Where(r => r.IsStable).ToArray();
        var centre = rest.FirstOrDefault(r => !r.IsSaddle) ?? rest[0];
        var (saddles, hopf) = (curve.SaddleNodes, curve.HopfPoints);
        // Only where some rest state can lose its stability is there anything to spike.
        bool active = hopf.Count > 0 || saddles.Count > 0;
        switch (stable.Length)
        {
            case 0:
                var cycle = StableCycle(neuron, current, centre);
                return new(Regime.Oscillatory, rest, saddles, hopf, null, cycle, cycle is { IsStable: true });
            case 1:
                var pulse = PulseTest.Run(neuron, current, stable[0]);
                bool excitable = active && pulse.Gain > PulseTest.Excitable;
                var beside = active ? StableCycle(neuron, current, stable[0], pulse.Peak) : null;
                return new(
                    excitable ? Regime.Excitable : Regime.Monostable,
                    rest,
                    saddles,
                    hopf,
                    pulse,
                    beside,
                    // What cannot lose stability cannot amplify a kick.
                    active || pulse.Gain <= PulseTest.Excitable
                );
            default:
                bool reached = stable.All(r => TimeCourse.Settles(neuron, current, r));
                return new(Regime.Bistable, rest, saddles, hopf, null, null, reached);
        }
    }

    /// <summary>A stable cycle around a rest state, found from far out.</summary>
    private static LimitCycle? StableCycle(PlanarNeuron neuron, double current, RestState centre, double? far = null)
    {
        double longest = 200 * Math.Max(1, neuron.Tau);
        var cycle =
            far is { } u && Math.Abs(u - centre.U) > 0
                ? TimeCourse.Section(neuron, current, centre, u, longest) is { } v
                    ? LimitCycle.Find(neuron, current, centre, v, longest)
                    : null
                : LimitCycle.Find(neuron, current, centre, longest: longest);
        return cycle is { IsStable: true } ? cycle : null;
    }
}
