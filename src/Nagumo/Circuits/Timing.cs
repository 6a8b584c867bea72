using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Circuits;

/// <summary>How long a circuit takes and what that costs, from the flow of the network in units of its membranes.</summary>
/// <remarks>
/// Settled is within 1 % of full scale at every neuron, for good; a nudged phase within 1 % of its own largest displacement. Energies are the
/// power at rest times the time; stored energy, of the order of C Vs² for each neuron, is left out.
/// </remarks>
/// <param name="InferenceSeconds">From the start to rest.</param>
/// <param name="InferenceJoules">Power at rest times that.</param>
/// <param name="NudgedSeconds">From the free to the nudged rest state; null without a readout.</param>
/// <param name="UpdateJoules">A free and two nudged phases; null without a readout.</param>
public sealed record Timing(double InferenceSeconds, double InferenceJoules, double? NudgedSeconds, double? UpdateJoules)
{
    /// <summary>Settled is within this part of full scale.</summary>
    internal const double Part = 0.01;

    private const double Longest = 5000;

    /// <summary>Measures a network from its present state, which is its rest state afterwards.</summary>
    /// <param name="network">The network.</param>
    /// <param name="units">Units of its circuit.</param>
    /// <param name="watts">Power at rest.</param>
    /// <exception cref="ArgumentException">It does not come to rest.</exception>
    public static Timing Of(CircuitNetwork network, Units units, double watts)
    {
        double[] start = network.Fields();
        double[] rest = Rest(network);
        double free = Settle(network, start, rest, 2 * Part) * units.Time;
        if (network.Nudge is not var (_, _, beta))
            return new(free, watts * free, null, null);
        network.SetFields(rest);
        double[] nudges = network.Nudges(beta);
        network.Inject(nudges, +1);
        double[] nudged = Rest(network);
        double moved = rest.Zip(nudged, (a, b) => Math.Abs(a - b)).Max();
        double time = Settle(network, rest, nudged, Part * moved) * units.Time;
        network.Inject(nudges, -1);
        network.SetFields(rest);
        return new(free, watts * free, time, watts * (free + 2 * time));
    }

    private static double[] Rest(CircuitNetwork network) =>
        network.Relax().Converged
            ? network.Fields()
            : throw new ArgumentException($"{network.Title}: it does not come to rest, so there is no settling time.");

    /// <summary>The last time at which some field is further than a distance from its end; between steps the distance falls as an exponential.</summary>
    private static double Settle(CircuitNetwork network, double[] start, double[] end, double distance)
    {
        network.SetFields(start);
        using var flow = new Flow<double>(network.Machine, 1, new(MaxTime: Longest, Error: 1e-3 * distance), network.Workspace);
        flow.Begin(network.State);
        var vector = new FieldVector<double>(network.Machine, network.State);
        var x = new double[vector.Rows];
        double late = 0,
            before = Furthest(),
            worst = before;
        // Done when it has stayed within a hundredth of the distance.
        for (double time = 0; worst > 0.01 * distance && time < Longest; (before, time) = (worst, flow.Time))
        {
            flow.Step();
            worst = Furthest();
            if (before > distance && worst <= distance)
                late = time + (flow.Time - time) * Math.Log(before / distance) / Math.Log(before / worst);
        }
        return worst <= distance ? late : Longest;

        double Furthest()
        {
            vector.Gather(network.State, x);
            double furthest = 0;
            for (int i = 0; i < x.Length; i++)
                furthest = Math.Max(furthest, Math.Abs(x[i] - end[i]));
            return furthest;
        }
    }
}
