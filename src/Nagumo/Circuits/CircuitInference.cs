using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Circuits;

/// <summary>A sample's answer as ngspice's circuit settles to it.</summary>
/// <remarks>
/// The answer is the class with the largest readout z, the margin what it is ahead of the next one. Settled is within 1 % of full scale at every
/// neuron, for good, as in <see cref="Timing"/>; here the course is ngspice's.
/// </remarks>
/// <param name="Label">The sample's class.</param>
/// <param name="Answer">The circuit's.</param>
/// <param name="OwnAnswer">That of the library's own rest state; null where it finds none.</param>
/// <param name="Margin">Readout of the answer − that of the next, in the model's units.</param>
/// <param name="SettlingTime">In units of ts.</param>
/// <param name="Circuit">What settling reached.</param>
public sealed record CircuitInference(int Label, int Answer, int? OwnAnswer, double Margin, double SettlingTime, Settled Circuit)
{
    /// <summary>Lets the circuit of a network settle from its present state.</summary>
    /// <param name="network">A trained network with its sample.</param>
    /// <param name="circuit">How it is built.</param>
    /// <param name="settle">When it is settled.</param>
    /// <param name="ngspice">The simulator.</param>
    /// <exception cref="ArgumentException">The network has no readout of two classes or more.</exception>
    /// <exception cref="NgspiceException">ngspice is absent or fails.</exception>
    public static CircuitInference Of(
        CircuitNetwork network,
        CircuitOptions? circuit = null,
        SettleOptions? settle = null,
        Ngspice? ngspice = null
    )
    {
        if (network.Nudge is (_, NumberTargets, _))
            throw new ArgumentException(
                $"{network.Title}: it learned numbers, and an answer here is a class. 'circuit verify' compares the circuit's voltages with the network's own."
            );
        if (network.Nudge is not (var readout, ClassTargets { Labels: [var label] }, _) || readout.Width < 2)
            throw new ArgumentException($"{network.Title}: it has no classes to choose from. Use a trained network.");
        double[] start = network.Fields();
        int? own = network.Relax().Converged ? Best().Answer : null;
        network.SetFields(start);
        var course = new Course();
        var settled = Settled.Of(network, circuit ?? new(), settle ?? new(), ngspice ?? Ngspice.Default, course.Add);
        var (answer, margin) = Best();
        return new(label, answer, own, margin, course.SettlingTime(2 * Timing.Part), settled);

        (int Answer, double Margin) Best()
        {
            var z = new double[readout.Width];
            network.Read(z);
            int best = Classification.Answer(z);
            return (best, z[best] - z.Where((_, c) => c != best).Max());
        }
    }

    /// <summary>All fields over time, run after run.</summary>
    private sealed class Course
    {
        private readonly List<(double Time, double[] Fields)> _points = [];

        public void Add(Circuit circuit, RawFile result, double begun)
        {
            if (_points.Count == 0)
                _points.Add((0, [.. circuit.Probes.Select(p => p.ToModel(p.Start))]));
            double[] time = result["time"];
            double[][] columns = [.. circuit.Probes.Select(p => result[p.Vector])];
            for (int i = 0; i < time.Length; i++)
                _points.Add((begun + time[i] / circuit.Units.Time, [.. circuit.Probes.Select((p, f) => p.ToModel(columns[f][i]))]));
        }

        /// <summary>The last time at which some field is further than a distance from its end; between points the distance falls as an exponential.</summary>
        public double SettlingTime(double distance)
        {
            double[] end = _points[^1].Fields;
            double Furthest(int at) => _points[at].Fields.Zip(end, (a, b) => Math.Abs(a - b)).Max();
            for (int i = _points.Count - 2; i >= 0; i--)
                if (Furthest(i) is var before && before > distance)
                {
                    double after = Math.Max(Furthest(i + 1), double.Epsilon),
                        part = Math.Log(before / distance) / Math.Log(before / after);
                    return _points[i].Time + part * (_points[i + 1].Time - _points[i].Time);
                }
            return 0;
        }
    }
}
