using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Circuits;

/// <summary>One update of a network that learns in ngspice.</summary>
/// <param name="Update">1-based.</param>
/// <param name="Loss">Mean cost over the batch, before the update.</param>
/// <param name="Score">Its score: the error in percent where classes are told apart.</param>
/// <param name="Residual">Largest residual of free and nudged circuits.</param>
/// <param name="NotSettled">Circuits of the batch that did not settle.</param>
public sealed record CircuitUpdate(int Update, double Loss, double Score, double Residual, int NotSettled);

/// <summary>Equilibrium Propagation on the circuit: free and nudged equilibria measured in ngspice, updates from node voltages alone.</summary>
/// <remarks>
/// The learner, the contrasts, the optimizer and the trainer are those of any training; only the relaxer is another. Between updates the conductances
/// change, the circuits are otherwise the same.
/// </remarks>
public sealed class CircuitLearner : IDisposable
{
    private readonly Experiment _experiment;
    private readonly DataSet _data;
    private readonly WorkerTeam _team;
    private readonly Chip<double> _chip;
    private readonly NgspiceRelaxer _relaxer;
    private readonly EqProp<double> _circuit;
    private readonly EqProp<double>? _exact;
    private readonly Trainer<double> _trainer;

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
        if (experiment.Chain is { Reading: "pass" })
            throw new ArgumentException(
                $"'{experiment.Name}' is a pass through layers; circuits learn where they rest: read the chain as a boundary problem (chain.reading), or leave chain out."
            );
        _chip = new(experiment);
        var rng = new Rng(experiment.Seed);
        var task = LearningTasks.Of(experiment.Task, data.Train.Targets);
        Readout = Learners.ReadoutOf(experiment, Machine.Network, task);
        Fitting.Require(Machine.Network, Readout, experiment.Readout.Population, data.Name, data.Train);
        _team = new(threads);
        _relaxer = new(circuit ?? new(), settle ?? SettleOptions.Learning, ngspice ?? Ngspice.Default);
        int most = Math.Max(experiment.Batch, Math.Max(data.Train.Count, data.Test.Count));
        // Of layers in depth the head stands outside the circuit, and is common to both.
        var head = Learners.HeadOf<double>(Setup(experiment.Estimator, new(1, 1)));
        _circuit = Learners.EqProp(Setup(experiment.Estimator, new(1, 1)), _relaxer, head, _chip.ReadNoise);
        _exact = Machine.IsReciprocal ? Learners.EqProp(Setup(new("exact"), new(ExactSweeps, 0)), Own(), head, readNoise: 0) : null;
        _trainer = new(
            _circuit,
            data,
            new(experiment.Optimizer, experiment.Epochs, experiment.Batch, experiment.Seed),
            task,
            new(experiment.Optimizer, _circuit.Parameters, _team, rng.Split("norms")),
            Load
        );

        LearnerSetup<double> Setup(EstimatorOptions estimator, SweepOptions sweeps) =>
            new(
                experiment with
                {
                    Estimator = estimator,
                    Free = sweeps,
                    Nudged = sweeps,
                },
                Machine.Network,
                Readout,
                _team,
                rng,
                most,
                _chip
            );

        IRelaxer? Own() => experiment.Chain is null ? null : new DepthRelaxer<double>(Machine);
    }

    private const int ExactSweeps = 2000;

    /// <summary>Updates so far.</summary>
    public int Updates { get; private set; }

    /// <summary>Updates of the whole run.</summary>
    public int Of => _experiment.Epochs * _trainer.Batches;

    /// <summary>Seconds of ngspice so far.</summary>
    public double NgspiceSeconds => _relaxer.Seconds;

    internal Readout Readout { get; }

    internal Machine<double> Machine => _chip.Machine;

    /// <summary>One update: a batch's free and nudged equilibria, its gradient, a step.</summary>
    /// <exception cref="NgspiceException">ngspice is absent or fails.</exception>
    public CircuitUpdate Step()
    {
        var report = _trainer.Step();
        Updates++;
        return new(
            Updates,
            report.Loss / report.Samples,
            _trainer.Task.Score(report.Misses / report.Samples, _data.Train.Targets).Value,
            Math.Max(report.Free.Residual, report.Nudged.Residual),
            report.Free.NotConverged + report.Nudged.NotConverged
        );
    }

    /// <summary>The task's metrics and the cost on the test samples, their readouts measured in ngspice.</summary>
    public Evaluation Test() => _trainer.Test(new(1, 1));

    /// <summary>Cosine between the gradient from ngspice's voltages and the exact one, by implicit differentiation, over samples.</summary>
    /// <param name="samples">Most training samples to use.</param>
    /// <returns>NaN where weights differ forth and back: there is no Hessian to differentiate through.</returns>
    public double GradientCosine(int samples)
    {
        if (_exact is null)
            return double.NaN;
        int[] used =
        [
            .. Enumerable
                .Range(0, Math.Min(samples, _data.Train.Count))
                .Select(i => i * _data.Train.Count / Math.Min(samples, _data.Train.Count)),
        ];
        double[] Read(EqProp<double> learner)
        {
            learner.Gradient(_data.Train, used, 1);
            return [.. _circuit.Parameters.SelectMany(p => p.Gradients.ToArray())];
        }
        return Norms.Cosine(Read(_circuit), Read(_exact));
    }

    private void Load(int epochs)
    {
        _chip.Apply(epochs);
        _circuit.Load();
    }

    /// <summary>Frees threads and memory.</summary>
    public void Dispose()
    {
        _circuit.Dispose();
        _exact?.Dispose();
        _trainer.Dispose();
        _chip.Dispose();
        _team.Dispose();
    }
}
