using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Circuits;

/// <summary>One update of a network that learns in ngspice.</summary>
/// <param name="Update">1-based.</param>
/// <param name="Loss">Mean cost over the batch, before the update.</param>
/// <param name="ErrorPercent">Its error in percent.</param>
/// <param name="Residual">Largest residual of free and nudged circuits.</param>
/// <param name="NotSettled">Circuits of the batch that did not settle.</param>
public sealed record CircuitUpdate(int Update, double Loss, double ErrorPercent, double Residual, int NotSettled);

/// <summary>Equilibrium Propagation on the circuit: free and nudged equilibria measured in ngspice, updates from node voltages alone.</summary>
/// <remarks>
/// The learner, the contrasts and the optimizer are those of any training; only the relaxer is another. Between updates the conductances change, the
/// circuits are otherwise the same.
/// </remarks>
public sealed class CircuitLearner : IDisposable
{
    private readonly Experiment _experiment;
    private readonly DataSet _data;
    private readonly WorkerTeam _team;
    private readonly Machine<double> _machine;
    private readonly NgspiceRelaxer _relaxer;
    private readonly EqProp<double> _circuit,
        _exact;
    private readonly Optimizer<double> _optimizer;
    private readonly Rng _order;
    private readonly int[] _samples;
    private int _at;

    /// <param name="experiment">Network, readout, estimator, optimizer; its epochs count passes over the training samples.</param>
    /// <param name="data">Training and test samples.</param>
    /// <param name="circuit">How circuits are built.</param>
    /// <param name="settle">When they are settled; null for <see cref="SettleOptions.Learning"/>.</param>
    /// <param name="ngspice">The simulator.</param>
    /// <param name="threads">Runs of ngspice at a time, ≥ 1; results do not depend on it.</param>
    public CircuitLearner(
        Experiment experiment,
        DataSet data,
        CircuitOptions? circuit = null,
        SettleOptions? settle = null,
        Ngspice? ngspice = null,
        int threads = 1
    )
    {
        experiment.Validate();
        (_experiment, _data) = (experiment, data);
        var network = experiment.BuildNetwork();
        var rng = new Rng(experiment.Seed);
        Readout = new(network, experiment.Readout.Population, experiment.Readout.Paired, experiment.Readout.BuildCost());
        _team = new(threads);
        _machine = new(network, rng.Split("parameters"));
        _relaxer = new(circuit ?? new(), settle ?? SettleOptions.Learning, ngspice ?? Ngspice.Default);
        int most = Math.Max(experiment.Batch, Math.Max(data.Train.Count, data.Test.Count));
        EqProp<double> Learner(EstimatorOptions estimator, SweepOptions sweeps, IRelaxer<double>? relaxer) =>
            new(_machine, _team, Readout, estimator, sweeps, sweeps, experiment.Pixels, rng, most, relaxer: relaxer);
        _circuit = Learner(experiment.Estimator, new(1, 1), _relaxer);
        _exact = Learner(new("exact"), new(ExactSweeps, 0), null);
        _optimizer = new(experiment.Optimizer, _machine.Parameters, _team, rng.Split("norms"));
        _order = rng.Split("order");
        _samples = [.. Enumerable.Range(0, data.Train.Count)];
        _at = _samples.Length;
    }

    private const int ExactSweeps = 2000;

    /// <summary>Updates so far.</summary>
    public int Updates { get; private set; }

    /// <summary>Updates of the whole run.</summary>
    public int Of => _experiment.Epochs * ((_samples.Length + _experiment.Batch - 1) / _experiment.Batch);

    /// <summary>Seconds of ngspice so far.</summary>
    public double NgspiceSeconds => _relaxer.Seconds;

    internal Readout Readout { get; }

    internal Machine<double> Machine => _machine;

    /// <summary>One update: a batch's free and nudged equilibria, its gradient, a step.</summary>
    /// <exception cref="NgspiceException">ngspice is absent or fails.</exception>
    public CircuitUpdate Step()
    {
        if (_at >= _samples.Length)
        {
            _order.Split((ulong)Updates).Shuffle(_samples);
            _at = 0;
        }
        int count = Math.Min(_experiment.Batch, _samples.Length - _at);
        var report = _circuit.Gradient(_data.Train, _samples.AsSpan(_at, count), Updates + 1);
        _at += count;
        _optimizer.Step((double)Updates / Of);
        _circuit.Load();
        Updates++;
        return new(
            Updates,
            report.Loss / count,
            100.0 * report.Errors / count,
            Math.Max(report.Free.Residual, report.Nudged.Residual),
            report.Free.NotConverged + report.Nudged.NotConverged
        );
    }

    /// <summary>Error and cost on the test samples, their readouts measured in ngspice.</summary>
    public Evaluation Test()
    {
        int[] all = [.. Enumerable.Range(0, _data.Test.Count)];
        var outputs = new double[all.Length * Readout.Classes];
        var report = _circuit.Predict(_data.Test, all, new(1, 1), outputs);
        var confusion = new int[Readout.Classes, Readout.Classes];
        for (int i = 0; i < all.Length; i++)
        {
            var z = outputs.AsSpan(i * Readout.Classes, Readout.Classes);
            int best = 0;
            for (int c = 1; c < z.Length; c++)
                if (z[c] > z[best])
                    best = c;
            confusion[_data.Test.Labels[i], best]++;
        }
        return new(all.Length, 100.0 * report.Errors / all.Length, report.Loss / all.Length, report.Free, confusion);
    }

    /// <summary>Cosine between the gradient from ngspice's voltages and the exact one, by implicit differentiation, over samples.</summary>
    /// <param name="samples">Most training samples to use.</param>
    public double GradientCosine(int samples)
    {
        int[] used =
        [
            .. Enumerable
                .Range(0, Math.Min(samples, _data.Train.Count))
                .Select(i => i * _data.Train.Count / Math.Min(samples, _data.Train.Count)),
        ];
        double[] Read(EqProp<double> learner)
        {
            learner.Gradient(_data.Train, used, 1);
            return [.. _machine.Parameters.SelectMany(p => p.Gradients.ToArray())];
        }
        double[] measured = Read(_circuit),
            exact = Read(_exact);
        double dot = measured.Zip(exact, (a, b) => a * b).Sum();
        return dot / Math.Sqrt(measured.Sum(a => a * a) * exact.Sum(b => b * b));
    }

    /// <summary>Frees threads and memory.</summary>
    public void Dispose()
    {
        _circuit.Dispose();
        _exact.Dispose();
        _optimizer.Dispose();
        _machine.Dispose();
        _team.Dispose();
    }
}
