using Nagumo.Compute;
using Nagumo.Hamiltonian;
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
        var machine = learner.Chip!.Machine;
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
            double[][] pull = Pull();
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
                var report = sweeps ? Relaxer.Relax(machine, state, new(20_000, 1e-14), -1, ws) : depth.Relax(machine, state, new(2000, 0));
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

        // ∂C/∂u of the last layer by plain loops.
        double[][] Pull()
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
                        + Enumerable
                            .Range(0, LadderCase.Size)
                            .Sum(r => LadderCase.Value("W_out", c * LadderCase.Size + r) * state.X(layers, 0)[last + r, lane]);
                LadderCase.Set.Targets.Read(lane, y);
                e.Readout.BuildCost().Gradient(z, y, force);
                for (int r = 0; r < LadderCase.Size; r++)
                    pull[r][lane] = Enumerable.Range(0, z.Length).Sum(c => LadderCase.Value("W_out", c * LadderCase.Size + r) * force[c]);
            }
            return pull;
        }
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
