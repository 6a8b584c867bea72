using Nagumo.Compute;
using Nagumo.Hamiltonian;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>The boundary-value solver: accurate at every depth, and the rest state is the one that sweeps and time find.</summary>
public sealed class BoundarySolverTests
{
    [Theory, InlineData(4), InlineData(32), InlineData(256), InlineData(1024)]
    public void Residual_at_the_floor_up_to_depth_1024(int depth)
    {
        var options = new EquivalenceOptions(Depth: depth, K: 0.45);
        var rng = new Rng(1);
        using var machine = Equivalence.Chain(options, rng);
        using var action = new ResidualAction(new(machine));
        var problem = Equivalence.Problem(options, action, rng);
        var q = problem.Start();
        var report = BoundarySolver.Solve(problem, q);
        Assert.True(report.Converged && report.Residual <= 1e-12);
        // Newton needs no more steps in a deeper chain: the work per step is what grows, linearly.
        Assert.InRange(report.Steps, 2, 9);
        Assert.False(report.Pivoted);
    }

    [Fact]
    public void Block_elimination_and_banded_elimination_agree_with_dense()
    {
        var rng = new Rng(3);
        int[] sizes = [3, 5, 2, 4];
        using var blocks = new BlockTridiagonal(sizes);
        for (int l = 0; l < sizes.Length; l++)
        {
            var diagonal = blocks.Diagonal(l);
            for (int i = 0; i < sizes[l]; i++)
            for (int j = 0; j <= i; j++)
                diagonal[i * sizes[l] + j] = diagonal[j * sizes[l] + i] = rng.NextNormal() + (i == j ? 6 : 0);
            if (l + 1 < sizes.Length)
                rng.FillNormal(blocks.Upper(l));
        }
        int n = blocks.Offsets[^1];
        using var dense = new DenseLu(n);
        double[] unit = new double[n],
            column = new double[n];
        for (int j = 0; j < n; j++)
        {
            Array.Clear(unit);
            unit[j] = 1;
            blocks.Times(unit, column);
            for (int i = 0; i < n; i++)
                dense.Matrix[i * n + j] = column[i];
        }
        var right = new double[n];
        rng.FillNormal(right);
        double[] expected = [.. right],
            byBlocks = [.. right],
            byBand = [.. right];
        Assert.Equal(-1, dense.Factor());
        dense.Solve(expected);
        Assert.True(blocks.Factor());
        Assert.True(blocks.Solve(byBlocks) < 1e-15);
        Assert.False(BoundarySolver.SolveLinear(blocks, right));
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(expected[i], byBlocks[i], 1e-12);
            Assert.Equal(expected[i], right[i], 1e-12);
        }
        // An indefinite system with zero diagonal blocks: no elimination without pivoting across blocks.
        blocks.Diagonal(0).Clear();
        Assert.True(BoundarySolver.SolveLinear(blocks, byBand));
    }

    [Fact]
    public void Sweeps_and_time_find_the_same_rest_state()
    {
        var options = new EquivalenceOptions(Depth: 6, Strength: 0);
        foreach (var timing in ChainTiming.Run(options))
            Assert.True(timing.Converged, $"{timing.Method}: {timing.Residual:g3}");
        var rng = new Rng(2);
        using var machine = Equivalence.Chain(options, rng);
        using var action = new ResidualAction(new(machine));
        var injection = new double[action.Size(0)];
        rng.FillNormal(injection.AsSpan(0, options.Size));
        var problem = new BoundaryProblem(action, Injection: injection);
        var q = problem.Start();
        Assert.True(BoundarySolver.Solve(problem, q).Converged);

        // The chain as a network of the house: other couplings, other kernels, other solver.
        using var network = new Machine<double>(ChainTiming.AsNetwork(Equivalence.Definition(options), injection), new Rng(1));
        var identity = network.Parameters.First(p => p.Name == "injection-h0.W");
        for (int i = 0; i < options.Size; i++)
            identity.Values[i * options.Size + i] = 1;
        network.Load();
        using var ws = new Workspace<double>();
        using var state = network.CreateState(1, allFields: true);
        state.Clear();
        network.LoadConstants(state, ws);
        Assert.True(Relaxers.HandOver.Relax(network, state, new(20_000, 1e-12)).Converged);
        for (int l = 0; l < q.Length; l++)
        for (int f = 0; f < 2; f++)
        for (int i = 0; i < options.Size; i++)
            Assert.Equal(q[l][f * options.Size + i], state.X(network.Network.IndexOf($"h{l}"), f).Row(i)[0], 1e-9);
    }

    [Fact]
    public void Pseudo_transient_continuation_arrives_where_Newton_was_stopped()
    {
        var options = new EquivalenceOptions(Depth: 8, Strength: 0);
        var rng = new Rng(4);
        using var machine = Equivalence.Chain(options, rng);
        using var action = new ResidualAction(new(machine));
        var problem = Equivalence.Problem(options, action, rng);
        double[][] direct = problem.Start(),
            q = problem.Start();
        Assert.Equal("newton", BoundarySolver.Solve(problem, direct).Method);
        // Two Newton steps are too few; twenty implicit steps of the flow are not.
        var report = BoundarySolver.Solve(problem, q, new(1e-12, MaxSteps: 2));
        Assert.Equal("pseudo-transient", report.Method);
        Assert.True(report.Converged, $"{report.Residual:g3}");
        Assert.True(Shooting.Distance(direct, q).Max() < 1e-10);
    }

    [Fact]
    public void The_readings_differ_by_the_boundary_term_and_by_nothing_else()
    {
        var found = Equivalence.Run(new());
        Assert.True(found.Converged);
        Assert.All(found.Layers, l => Assert.True(l.Recurrence <= 1e-10));
        Assert.True(found.BoundaryTermError < 1e-11);
        // Different functions: were they one, the cosine would be 1.
        Assert.True(found.ReadingsCosine < 0.9);
        foreach (string reading in new[] { "boundary", "pass" })
        {
            var errors = found
                .Points.Where(p => p.Reading == reading && p.Estimator == "centred")
                .ToDictionary(p => p.Beta, p => p.RelativeError);
            Assert.InRange(Math.Log10(errors[1e-2] / errors[1e-3]), 1.9, 2.1);
            Assert.InRange(Math.Log10(errors[1e-3] / errors[1e-4]), 1.9, 2.1);
        }
    }

    /// <summary>A pass keeps one layer, whatever the depth: what grows are parameters, their gradients and packed copies.</summary>
    [Fact, Trait("speed", "slow")]
    public void Memory_of_an_echo_does_not_grow_with_depth()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc/self/statm");
        const int size = 64,
            batch = 512;
        var set = Learning.SmallExperiments.All.Train;
        long Beyond(int depth)
        {
            var e = LearnerTests.Small("pass", size, depth, batch);
            e = e with { Chain = e.Chain! with { BlockUnits = 16, BlockSd = 0.02, Amplitude = 0.1, ActivityPenalty = 0 } };
            long before = Resident();
            using var team = new WorkerTeam(1);
            using var learner = LearnerTests.Learner<float>(e, team, batch);
            learner.Load();
            learner.Gradient(set, [.. Enumerable.Range(0, batch)], 1);
            learner.Gradient(set, [.. Enumerable.Range(0, batch)], 1);
            // Value, gradient, and copies packed for the products forth and back.
            long parameters = learner.Parameters.Sum(p => 4L * sizeof(float) * p.Values.Length);
            return Resident() - before - parameters;
        }
        Beyond(4);
        long shallow = Beyond(4),
            deep = Beyond(1024);
        // Storing states would take 1024 × 64 × 4 × 512 × 4 bytes, half a gigabyte. Tensors' own objects and page granularity take a little.
        Assert.True(deep - shallow < 24 << 20, $"{shallow >> 20} MiB at depth 4, {deep >> 20} MiB at depth 1024");

        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)
                * Environment.SystemPageSize;
        }
    }
}
