using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>The rest states of some samples, or their way there, as named arrays for other programs.</summary>
/// <remarks>
/// "index" [samples], counted within what is evaluated or predicted; of a user's own file "row" [samples], counted within the file from 0, and of a table "line"
/// [samples], from 1; "class_names" [classes] or "target_names" [width], texts; a clamped population's "x" [samples × neurons]; "h1.u", "h1.v" [samples × neurons], with a watched relaxation [sweeps + 1 × samples ×
/// neurons] from the feed-forward start on; "readout" [samples × width] as the cost reads it; "target" [samples × width] in the network's units (offset and scale of the data aside), or "label"
/// [samples]; "residual" [samples], watched [sweeps + 1 × samples]: largest |∂H/∂x|; "sweeps" [samples]: of the group in which a sample relaxed; "beta".
/// </remarks>
/// <param name="Arrays">The arrays.</param>
/// <param name="Relaxation">What was reached.</param>
public sealed record RestStates(IReadOnlyList<KeyValuePair<string, NpyArray>> Arrays, RelaxationReport Relaxation)
{
    /// <summary>Samples that relax together, as at evaluation: a tolerance stops them together.</summary>
    private const int Group = 64;

    /// <summary>Most numbers of one array.</summary>
    private const long Most = int.MaxValue / 8;

    internal static RestStates Of(
        Trainer trainer,
        Samples set,
        int[] samples,
        SweepOptions options,
        double beta,
        bool watch,
        bool hasTargets
    )
    {
        var (machine, readout, experiment) = (trainer.Machine, trainer.Readout, trainer.Experiment);
        if (trainer.EqProp is not { } learner)
            throw new ArgumentException(
                $"'{experiment.Name}' is a pass through layers and has no rest states: read it as a boundary problem (chain.reading), or ask for its answers alone."
            );
        var (relaxer, head) = (learner.OwnRelaxer, learner.Head);
        if (samples.Length == 0)
            throw new ArgumentException("No samples: name at least one.");
        if (samples.Any(i => i < 0 || i >= set.Count))
            throw new ArgumentException($"Sample {samples.First(i => i < 0 || i >= set.Count)}: there are samples 0 to {set.Count - 1}.");
        if (!double.IsFinite(beta))
            throw new ArgumentException($"β = {beta:R}: give a finite number.");
        if (beta != 0 && experiment.Estimator.Nudge == "cost")
            throw new ArgumentException(
                "States are nudged by a constant current, and this network's estimator.nudge is 'cost': set estimator.nudge = 'current'."
            );
        if (watch && relaxer is not null)
            throw new ArgumentException(
                experiment.Chain is null
                    ? $"Sweeps are watched, and this network relaxes by '{experiment.Relaxer}': set relaxer = 'sweeps'."
                    : "Sweeps are watched, and a chain relaxes by steps along depth: leave the watching out."
            );
        int widest = machine.Network.Populations.Max(p => p.Size);
        if ((double)samples.Length * widest * (watch ? options.MaxSweeps + 1 : 1) > Most)
            throw new ArgumentException(
                $"{Counted.Of(samples.Length, "sample")} of {Counted.Of(widest, "neuron")}{(watch ? $" over up to {options.MaxSweeps} sweeps" : "")} are more than {Most} numbers: take fewer samples."
            );
        var recorder = new Recorder(machine, readout, head, set, samples);
        var loader = new InputLoader<float>(experiment.Pixels, new Rng(experiment.Seed));
        int input = Enumerable
            .Range(0, machine.Network.Populations.Count)
            .First(p => machine.Network.Populations[p] is { IsClamped: true, Rail: null });
        string inputs = machine.Network.Populations[input].Name,
            outputs = machine.Network.Populations[readout.Population].Name;
        RelaxationReport total = default;
        for (int at = 0; at < samples.Length; at += Group)
        {
            int n = Math.Min(Group, samples.Length - at);
            float[] x = new float[n * set.Size];
            for (int i = 0; i < n; i++)
                loader.Load(set, samples[at + i], x.AsSpan(i * set.Size, set.Size));
            using var state = machine.CreateState(n, allFields: true);
            state.Write(inputs, x);
            // As at evaluation: other relaxers begin at zero.
            if (relaxer is null)
                machine.FeedForward(state);
            var report = beta == 0 && watch ? Watched(state, at) : machine.Relax(state, options, relaxer);
            if (beta != 0)
            {
                state.Nudge(outputs, Nudges(state, samples.AsSpan(at, n)));
                report = watch ? Watched(state, at) : machine.Relax(state, options, relaxer);
            }
            if (!watch)
            {
                machine.Residual(state);
                recorder.Take(state, at, 0);
            }
            recorder.Sweeps.AsSpan(at, n).Fill(report.Sweeps);
            total = total with
            {
                Method = report.Method,
                Sweeps = Math.Max(total.Sweeps, report.Sweeps),
                Residual = double.IsNaN(report.Residual) ? double.NaN : Math.Max(total.Residual, report.Residual),
                NotConverged = total.NotConverged + report.NotConverged,
            };
        }
        return new(recorder.Arrays(beta, watch, hasTargets), total);

        float[] Nudges(State<float> state, ReadOnlySpan<int> group)
        {
            double[] z = new double[readout.Width],
                y = new double[readout.Width],
                force = new double[readout.Outputs];
            int size = machine.Network.Populations[readout.Population].Size;
            float[] current = new float[group.Length * size];
            head?.Read(state, 0, state.Workspace.Gemm);
            for (int lane = 0; lane < group.Length; lane++)
            {
                Read(readout, head, state, lane, z);
                set.Targets.Read(group[lane], y);
                readout.Force(z, y, force);
                head?.Push(lane, force);
                for (int i = 0; head is null && i < force.Length; i++)
                    current[lane * size + i] = (float)(-beta * force[i]);
            }
            if (head is null)
                return current;
            var pull = state.Workspace.Gemm.Rows(head.At.Count, group.Length);
            head.Pull(0, group.Length, (float)-beta, default, pull, state.Workspace.Gemm);
            for (int i = 0; i < pull.Rows; i++)
            for (int lane = 0; lane < group.Length; lane++)
                current[lane * size + head.At.First + i] = pull[i, lane];
            return current;
        }

        // Plain sweeps, looked at after each.
        RelaxationReport Watched(State<float> state, int at)
        {
            for (int sweep = 0; ; sweep++)
            {
                machine.FillInhibitors(state, state.Workspace);
                double[] residual = machine.Residual(state);
                recorder.Take(state, at, sweep);
                int above = residual.Count(r => !(r <= options.Tolerance));
                if (above == 0 || sweep == options.MaxSweeps || residual.Any(double.IsNaN))
                    return new("sweeps", sweep, residual.Max(), above);
                machine.Sweep(state);
            }
        }
    }

    /// <summary>The outputs of a lane; a head has read the state before.</summary>
    private static void Read(Readout readout, Head<float>? head, State<float> state, int lane, Span<double> z)
    {
        if (head is null)
            readout.Read(state, lane, z);
        else
            head.Output(lane, z);
    }

    /// <summary>Collects fields, group after group and sweep after sweep; a group that rests keeps its last state.</summary>
    private sealed class Recorder(Machine<float> machine, Readout readout, Head<float>? head, Samples set, int[] samples)
    {
        private readonly (string Name, int Population, int Field, int Size)[] _fields =
        [
            .. machine.Network.Populations.SelectMany(
                (p, i) =>
                    p.Rail is not null ? []
                    : p.IsClamped ? [(p.Name, i, 0, p.Size)]
                    : p.Neuron!.Fields.Select((f, k) => ($"{p.Name}.{f.Name}", i, k, p.Size))
            ),
        ];
        private readonly List<float[][]> _steps = [];
        private readonly List<double[]> _residuals = [];
        private readonly List<double[]> _readouts = [];

        public int[] Sweeps { get; } = new int[samples.Length];

        public void Take(State<float> state, int at, int step)
        {
            if (step == _steps.Count)
            {
                _steps.Add([.. _fields.Select((f, k) => step == 0 ? new float[samples.Length * f.Size] : (float[])_steps[^1][k].Clone())]);
                _residuals.Add(step == 0 ? new double[samples.Length] : (double[])_residuals[^1].Clone());
                _readouts.Add(step == 0 ? new double[samples.Length * readout.Width] : (double[])_readouts[^1].Clone());
            }
            head?.Read(state, 0, state.Workspace.Gemm);
            // Later steps of groups that took fewer keep what is taken now.
            for (int later = step; later < _steps.Count; later++)
            for (int lane = 0; lane < state.Lanes; lane++)
            {
                for (int k = 0; k < _fields.Length; k++)
                {
                    var (_, p, f, size) = _fields[k];
                    var x = state.X(p, f);
                    for (int i = 0; i < size; i++)
                        _steps[later][k][(at + lane) * size + i] = x[i, lane];
                }
                _residuals[later][at + lane] = state.LaneResidual[0, lane];
                Read(readout, head, state, lane, _readouts[later].AsSpan((at + lane) * readout.Width, readout.Width));
            }
        }

        public IReadOnlyList<KeyValuePair<string, NpyArray>> Arrays(double beta, bool watch, bool hasTargets)
        {
            int n = samples.Length;
            var arrays = new List<KeyValuePair<string, NpyArray>> { new("index", new((int[])samples.Clone(), n)) };
            void Add(string name, Array values, params int[] shape) => arrays.Add(new(name, new(values, shape)));
            if (set.Origin?.Select(samples) is { } origin)
            {
                Add("row", origin.Rows, n);
                if (origin.Lines is { } lines)
                    Add("line", lines, n);
            }
            if (set.Targets is ClassTargets { Names: var names })
                Add("class_names", names.ToArray(), names.Count);
            else if (set.Targets is NumberTargets { Columns: var columns })
                Add("target_names", columns.Select(c => c.Name).ToArray(), columns.Count);
            for (int k = 0; k < _fields.Length; k++)
                if (watch && !machine.Network.Populations[_fields[k].Population].IsClamped)
                    Add(_fields[k].Name, _steps.SelectMany(s => s[k]).ToArray(), _steps.Count, n, _fields[k].Size);
                else
                    Add(_fields[k].Name, _steps[^1][k], n, _fields[k].Size);
            if (watch)
                Add("readout", _readouts.SelectMany(r => r).ToArray(), _steps.Count, n, readout.Width);
            else
                Add("readout", _readouts[0], n, readout.Width);
            if (hasTargets && set.Targets is ClassTargets classes)
                Add("label", samples.Select(i => classes.Labels[i]).ToArray(), n);
            else if (hasTargets)
            {
                double[] targets = new double[n * readout.Width];
                for (int i = 0; i < n; i++)
                    set.Targets.Read(samples[i], targets.AsSpan(i * readout.Width, readout.Width));
                Add("target", targets, n, readout.Width);
            }
            if (watch)
                Add("residual", _residuals.SelectMany(r => r).ToArray(), _steps.Count, n);
            else
                Add("residual", _residuals[0], n);
            Add("sweeps", Sweeps, n);
            Add("beta", new[] { beta });
            return arrays;
        }
    }
}
