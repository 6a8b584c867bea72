using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>Ladders against the recorded numbers of <see cref="LadderCase"/>.</summary>
public sealed class LadderOracleTests
{
    // What two orders of summation make of states of order 1 that rest to ε ‖H⁻¹‖, ‖H⁻¹‖ up to 10, read at a difference of β of 0.2. It is absolute: where
    // layers hardly meet, the signal at layer 0 is 1e-6 of that at the end, and known to 1e-10 of itself.
    private const double Tolerance = 1e-12;

    [Theory, MemberData(nameof(LadderCase.Names), MemberType = typeof(LadderCase))]
    public void Gradients_are_the_recorded_ones(string name)
    {
        var ladder = LadderCase.Get(name);
        Check("centred", new("centred", LadderCase.Beta));
        Check("one_sided", new("one-sided", LadderCase.Beta));
        Check("exact", new("exact"));
        if (!ladder.IsPass)
            Check("few", new("centred", LadderCase.Beta), free: 6, nudged: 5);

        void Check(string kind, EstimatorOptions estimator, int free = 2000, int nudged = 2000)
        {
            var gradients = Gradients(ladder, ladder.Experiment(estimator, free, nudged));
            Assert.Equal(ladder.Blocks.Order(), gradients.Keys.Order());
            foreach (string block in ladder.Blocks)
                Near(ladder.Recorded($"{kind}.{block}"), gradients[block]);
        }
    }

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Tolerance * Math.Max(1, Math.Abs(expected[i])));
    }

    /// <summary>Free and nudged rest states of the depth relaxer and, from a cold start of their own, of block sweeps.</summary>
    [Theory, MemberData(nameof(LadderCase.Boundaries), MemberType = typeof(LadderCase))]
    public void Rest_states_are_the_recorded_ones(string name)
    {
        var ladder = LadderCase.Get(name);
        var e = ladder.Experiment(new("centred", LadderCase.Beta));
        using var team = new WorkerTeam(1);
        using var learner = LearnerTests.Learner<double>(e, team, LadderCase.Samples);
        Assign(learner);
        var machine = learner.Chip.Machine;
        int layers = machine.Network.IndexOf("layer"),
            last = LadderCase.Depth * LadderCase.Size;
        using var ws = new Workspace<double>();
        using var state = machine.CreateState(LadderCase.Samples);
        using var inputs = new Tensor<double>("x", LadderCase.Inputs, LadderCase.Samples, 0, 0, false);
        for (int i = 0; i < inputs.Values.Length; i++)
            inputs.Value[i % LadderCase.Inputs, i / LadderCase.Inputs] = LadderCase.Set.Floats(i / LadderCase.Inputs)[
                i % LadderCase.Inputs
            ];
        state.Clamp(machine.Network.IndexOf("x"), inputs.Value);
        using var depth = new DepthRelaxer<double>(machine);
        foreach (bool sweeps in (bool[])[false, true])
        {
            machine.LoadConstants(state, ws);
            state.Clear();
            Rest();
            Near(ladder.Recorded("free"), State());
            double[][] pull = Pull(e, (r, lane) => state.X(layers, 0)[last + r, lane]);
            foreach (string phase in (string[])["plus", "minus"])
            {
                machine.LoadConstants(state, ws);
                for (int r = 0; r < LadderCase.Size; r++)
                for (int lane = 0; lane < LadderCase.Samples; lane++)
                    state.Constant(layers, 0)[last + r, lane] -= (phase == "plus" ? LadderCase.Beta : -LadderCase.Beta) * pull[r][lane];
                Rest();
                Near(ladder.Recorded(phase), State());
            }

            void Rest()
            {
                var report = sweeps
                    ? Relaxers.HandOver.Relax(machine, state, new(20_000, 1e-14))
                    : depth.Relax(machine, state, new(2000, 0));
                Assert.InRange(report.Residual, 0, 1e-13);
            }
        }

        double[] State() =>
            [
                .. from l in Enumerable.Range(0, LadderCase.Depth + 1)
                from f in Enumerable.Range(0, machine.Network.Populations[layers].Fields)
                from r in Enumerable.Range(l * LadderCase.Size, LadderCase.Size)
                from lane in Enumerable.Range(0, LadderCase.Samples)
                select state.X(layers, f)[r, lane],
            ];
    }

    /// <summary>The pass forward and both echoes, layer by layer, on windows of the machine's state; the head and the penalty by plain loops.</summary>
    [Theory, MemberData(nameof(LadderCase.Passes), MemberType = typeof(LadderCase))]
    public void Passes_and_echoes_are_the_recorded_ones(string name)
    {
        var ladder = LadderCase.Get(name);
        var e = ladder.Experiment(new("centred", LadderCase.Beta));
        using var team = new WorkerTeam(1);
        using var learner = LearnerTests.Learner<double>(e, team, LadderCase.Samples);
        Assign(learner);
        var machine = learner.Chip.Machine;
        var layers = new DepthRecurrence<double>(machine, ["layer.bias", "x-layer"]);
        int p = layers.Population;
        using var ws = new Workspace<double>();
        using State<double> q = layers.CreateLayer(LadderCase.Samples),
            momentum = layers.CreateLayer(LadderCase.Samples);
        for (int r = 0; r < LadderCase.Size; r++)
        for (int lane = 0; lane < LadderCase.Samples; lane++)
        {
            double z = LadderCase.Value("b_in", r);
            for (int i = 0; i < LadderCase.Inputs; i++)
                z += LadderCase.Value("W_in", r * LadderCase.Inputs + i) * LadderCase.Set.Floats(lane)[i];
            q.X(p, 0)[r, lane] = e.Chain!.Amplitude!.Value * Math.Tanh(z);
        }
        var free = new List<double>(State(q));
        for (int l = 0; l < LadderCase.Depth; l++)
        {
            layers.Kick(l, q, momentum, ws);
            layers.Drift(q, momentum);
            free.AddRange(State(q));
        }
        Near(ladder.Recorded("free"), [.. free]);

        double[][] pull = Pull(e, (r, lane) => q.X(p, 0)[r, lane]);
        foreach (string phase in (string[])["plus", "minus"])
        {
            double beta = phase == "plus" ? LadderCase.Beta : -LadderCase.Beta;
            using State<double> echo = layers.CreateLayer(LadderCase.Samples),
                back = layers.CreateLayer(LadderCase.Samples);
            for (int f = 0; f < layers.Fields; f++)
            for (int r = 0; r < LadderCase.Size; r++)
            for (int lane = 0; lane < LadderCase.Samples; lane++)
            {
                echo.X(p, f)[r, lane] = q.X(p, f)[r, lane];
                back.X(p, f)[r, lane] = -momentum.X(p, f)[r, lane] + (f == 0 ? beta * pull[r][lane] : 0);
            }
            var states = new List<double[]> { State(echo) };
            for (int l = LadderCase.Depth - 1; l >= 0; l--)
            {
                for (int r = 0; r < LadderCase.Size; r++)
                for (int lane = 0; lane < LadderCase.Samples; lane++)
                {
                    double u = echo.X(p, 0)[r, lane];
                    back.X(p, 0)[r, lane] += beta * 2 * e.Chain!.ActivityPenalty!.Value * Math.Sign(u) * Math.Max(Math.Abs(u) - 1, 0);
                }
                layers.Drift(echo, back);
                layers.Kick(l, echo, back, ws);
                states.Add(State(echo));
            }
            states.Reverse();
            Near(ladder.Recorded(phase), [.. states.SelectMany(s => s)]);
        }

        double[] State(State<double> s) =>
            [
                .. from f in Enumerable.Range(0, layers.Fields)
                from r in Enumerable.Range(0, LadderCase.Size)
                from lane in Enumerable.Range(0, LadderCase.Samples)
                select s.X(p, f)[r, lane],
            ];
    }

    /// <summary>∂C/∂u of the last layer by plain loops.</summary>
    private static double[][] Pull(Experiment e, Func<int, int, double> last)
    {
        double[] z = new double[LadderCase.Classes],
            y = new double[z.Length],
            force = new double[z.Length];
        double[][] pull = [.. Enumerable.Range(0, LadderCase.Size).Select(_ => new double[LadderCase.Samples])];
        for (int lane = 0; lane < LadderCase.Samples; lane++)
        {
            for (int c = 0; c < z.Length; c++)
                z[c] =
                    LadderCase.Value("b_out", c)
                    + Enumerable.Range(0, LadderCase.Size).Sum(r => LadderCase.Value("W_out", c * LadderCase.Size + r) * last(r, lane));
            LadderCase.Set.Targets.Read(lane, y);
            e.Readout.BuildCost().Gradient(z, y, force);
            for (int r = 0; r < LadderCase.Size; r++)
                pull[r][lane] = Enumerable.Range(0, z.Length).Sum(c => LadderCase.Value("W_out", c * LadderCase.Size + r) * force[c]);
        }
        return pull;
    }

    /// <summary>The gradients of all parameters, by the names of <see cref="LadderCase"/>.</summary>
    internal static Dictionary<string, double[]> Gradients(LadderCase ladder, Experiment e)
    {
        using var team = new WorkerTeam(1);
        using var learner = LearnerTests.Learner<double>(e, team, LadderCase.Samples);
        Assign(learner);
        learner.Gradient(LadderCase.Set, [0, 1, 2], 1);
        var gradients = new Dictionary<string, double[]>();
        foreach (var p in learner.Parameters)
            gradients[Block(p.Name)] =
            [
                .. gradients.GetValueOrDefault(Block(p.Name), []),
                .. Enumerable.Range(0, p.Gradients.Length).Select(i => p.Gradient[i / p.Cols, i % p.Cols]),
            ];
        return gradients;
    }

    internal static void Assign(LearnerTests.Owned<double> learner)
    {
        var next = new Dictionary<string, int>();
        foreach (var p in learner.Parameters)
        {
            string block = Block(p.Name);
            if (block is "D_u" or "D_v" or "k" or "gamma" or "a" or "c")
                continue;
            int from = next.GetValueOrDefault(block);
            p.Assign([.. Enumerable.Range(from, p.Values.Length).Select(i => LadderCase.Value(block, i))]);
            next[block] = from + p.Values.Length;
        }
        learner.Load();
    }

    private static string Block(string parameter) =>
        parameter switch
        {
            "x-layer.W" => "W_in",
            "layer.bias.b" => "b_in",
            "layer-out.W" => "W_out",
            "out.bias.b" => "b_out",
            "layer.activator_diffusion" or "layer.activator_diffusion.D" => "D_u",
            "layer.inhibitor_diffusion" or "layer.inhibitor_diffusion.D" => "D_v",
            _ when parameter.EndsWith(".I.b", StringComparison.Ordinal) => "I",
            _ => parameter[(parameter.IndexOf('.', StringComparison.Ordinal) + 1)..],
        };
}
