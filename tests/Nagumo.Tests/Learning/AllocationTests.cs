using System.Numerics;
using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Networks;

namespace Nagumo.Tests.Learning;

/// <summary>A training batch allocates nothing, whatever the network, estimator and number of threads.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string preset in Presets.All.Select(p => p.Name))
            foreach (int threads in new[] { 1, 2 })
                data.Add(preset, threads);
            foreach (string variant in new[] { "cost", "one-sided", "tolerance" })
                data.Add(variant, 2);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_batch_allocates_nothing(string name, int threads)
    {
        var experiment = Presets.All.Any(p => p.Name == name) ? Small(Presets.Get(name)) : Variant(name);
        var images = SmallExperiments.Images(96).Train;
        var rng = new Rng(1);
        using var chip = new Chip<float>(experiment);
        var network = chip.Machine.Network;
        var readout = Learners.ReadoutOf(experiment, network);
        using var team = new WorkerTeam(threads);
        using var learner = Learners.Of<float>(new(experiment, network, readout, team, rng, 96, chip));
        using var optimizer = new Optimizer<float>(experiment.Optimizer, learner.Parameters, team, rng);
        int[] samples = [.. Enumerable.Range(0, 96)];
        // The first calls grow workspaces, compile kernels and leave the JIT's first tier.
        for (int i = 0; i < 3; i++)
            Batch();
        var per = long.MaxValue;
        // A timer or the JIT of another thread may allocate meanwhile: nothing is allocated if any of a few batches sees nothing.
        for (int i = 0; i < 10 && per > 0; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Batch();
            per = Math.Min(per, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.Equal(0, per);

        void Batch()
        {
            learner.Gradient(images, samples, 1);
            optimizer.Step(0.1);
            learner.Load();
        }
    }

    private static Experiment Variant(string name)
    {
        var e = SmallExperiments.Mnist();
        return name switch
        {
            "cost" => e with { Estimator = new(Nudge: "cost", Beta: 0.05) },
            "one-sided" => e with { Estimator = new("one-sided", RandomSign: true) },
            _ => e with { Free = new(40, 1e-4), Nudged = new(40, 1e-4) },
        };
    }

    /// <summary>The preset with hidden layers of 40: large enough for packed products, small enough for a test.</summary>
    private static Experiment Small(Experiment e) =>
        e with
        {
            Network = e.Network with
            {
                Populations = [.. e.Network.Populations.Select(p => p.Size is 256 or 512 ? p with { Size = 40 } : p)],
            },
        };
}

/// <summary>Tests that count what the whole process allocates: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
