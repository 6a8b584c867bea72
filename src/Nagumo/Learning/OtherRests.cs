using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>How many samples have a second rest state, which the network reaches from another start than evaluation's.</summary>
/// <remarks>
/// Evaluation starts from the feed-forward state; a circuit that is switched on starts from zero, and one that is shown a sample after another from the last
/// one's rest state. These are tried, and random states as far apart as the rest states of different samples are. None found is no proof; a bound on the
/// couplings' norms is one.
/// </remarks>
/// <param name="Looked">Samples that were looked at.</param>
/// <param name="Samples">Samples with a second rest state.</param>
/// <param name="Answers">Samples whose second rest state answers with another class; 0 where there are none.</param>
public sealed record OtherRests(int Looked, int Samples, int Answers)
{
    /// <summary>Most samples that are looked at, spread over those given.</summary>
    private const int Most = 64;

    /// <summary>Other samples' rest states and random ones to start from, beside zero.</summary>
    private const int Neighbours = 2,
        Random = 2;

    /// <summary>Rest states are two when some activator differs by this part of its population's range over samples.</summary>
    private const double Distinct = 0.05;

    internal static OtherRests? Of(Trainer trainer, Samples set, int[] samples)
    {
        var experiment = trainer.Experiment;
        // A ladder and a pass have rest states along depth, and a registered relaxer its own way to one.
        if (experiment.Chain is not null || Relaxers.Of(experiment.Relaxer) is not null || samples.Length == 0)
            return null;
        var machine = trainer.Machine;
        int n = Math.Min(Most, samples.Length);
        int[] chosen = [.. Enumerable.Range(0, n).Select(i => samples[(int)((long)i * samples.Length / n)])];
        int[] free = [.. Enumerable.Range(0, machine.Network.Populations.Count).Where(p => !machine.Network.Populations[p].IsClamped)];
        var options = experiment.Evaluation;

        using var rest = Shown();
        machine.FeedForward(rest);
        var reached = machine.Relax(rest, options);
        double[] residual = machine.Residual(rest);
        double[] range = [.. free.Select(p => Range(rest.X(p, 0)))];
        var rng = new Rng(experiment.Seed).Split("other rests");
        bool[] several = new bool[n],
            otherwise = new bool[n];
        for (int start = 0; start <= Neighbours + Random && reached.NotConverged < n; start++)
        {
            using var other = Shown();
            for (int k = 0; k < free.Length; k++)
            {
                var (from, to) = (rest.X(free[k], 0), other.X(free[k], 0));
                for (int i = 0; i < to.Rows; i++)
                for (int lane = 0; lane < n; lane++)
                    to[i, lane] =
                        start == 0 ? 0
                        : start <= Neighbours ? from[i, (lane + start * n / (Neighbours + 1)) % n]
                        : from[i, lane] + (float)(range[k] * rng.NextNormal());
            }
            // No hand-over: a lane that does not come to rest from here is left out.
            BlockSweeps.Relax(machine, other, options, -1, other.Workspace);
            double[] left = machine.Residual(other);
            for (int lane = 0; lane < n; lane++)
                if (residual[lane] <= options.Tolerance && left[lane] <= options.Tolerance && Differ(other, lane))
                {
                    several[lane] = true;
                    otherwise[lane] |= Answer(other, lane) != Answer(rest, lane);
                }
        }
        return new(n, several.Count(s => s), otherwise.Count(o => o));

        State<float> Shown()
        {
            var state = machine.CreateState(n);
            float[] x = new float[n * set.Size];
            var loader = new InputLoader<float>(experiment.Pixels, new Rng(experiment.Seed));
            for (int i = 0; i < n; i++)
                loader.Load(set, chosen[i], x.AsSpan(i * set.Size, set.Size));
            var input = machine.Network.Populations.First(p => p is { IsClamped: true, Rail: null });
            state.Write(input.Name, x);
            state.Prepare();
            return state;
        }

        double Range(MatView<float> u)
        {
            float low = float.PositiveInfinity,
                high = float.NegativeInfinity;
            for (int i = 0; i < u.Rows; i++)
            for (int lane = 0; lane < n; lane++)
                (low, high) = (Math.Min(low, u[i, lane]), Math.Max(high, u[i, lane]));
            return high - low;
        }

        bool Differ(State<float> other, int lane)
        {
            for (int k = 0; k < free.Length; k++)
            {
                var (a, b) = (rest.X(free[k], 0), other.X(free[k], 0));
                for (int i = 0; i < a.Rows; i++)
                    if (Math.Abs(a[i, lane] - b[i, lane]) > Distinct * range[k])
                        return true;
            }
            return false;
        }

        int Answer(State<float> state, int lane)
        {
            if (set.Targets is not ClassTargets)
                return 0;
            var z = new double[trainer.Readout.Width];
            trainer.Readout.Read(state, lane, z);
            return Classification.Answer(z);
        }
    }
}
