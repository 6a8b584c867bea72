using System.Numerics;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;
using Nagumo.Tests.Learning;

namespace Nagumo.Tests.Relaxation;

/// <summary>Relaxers by name: one that a program registers trains, evaluates and is checked as the library's own.</summary>
public sealed class RelaxersTests
{
    /// <summary>Rest states are rest states, however they are reached: two batches of training end at the same weights.</summary>
    [Theory]
    [InlineData("hand-over")]
    [InlineData("damped")]
    public void The_way_to_rest_does_not_matter(string name)
    {
        Relaxers.Register("damped", new Damped());
        var experiment = SmallExperiments.Mnist() with { Free = new(300, 1e-6), Nudged = new(300, 1e-6) };
        float[] ours = Train(experiment),
            theirs = Train(experiment with { Relaxer = name });
        using var untrained = new Trainer(experiment, SmallExperiments.Images(32), threads: 1);
        float[] start = SmallExperiments.Weights(untrained);
        double moved = ours.Zip(start, (a, b) => Math.Pow(a - b, 2)).Sum(),
            apart = ours.Zip(theirs, (a, b) => Math.Pow(a - b, 2)).Sum();
        Assert.True(moved > 0 && apart <= 1e-4 * moved, $"moved {moved}, apart {apart}");
    }

    [Fact]
    public void A_registered_relaxer_is_asked_in_both_phases_and_at_evaluation()
    {
        Relaxers.Register("damped", new Damped());
        using var trainer = new Trainer(SmallExperiments.Mnist() with { Relaxer = "damped" }, SmallExperiments.Images(32), threads: 1);
        Assert.Equal("damped", trainer.Test().Relaxation.Method);
        Assert.Equal("damped", trainer.Predict(SmallExperiments.Images(32).Test, 0).Relaxation.Method);
        Assert.Equal("damped", trainer.States(SmallExperiments.Images(32).Test, [0]).Relaxation.Method);
        var audit = Nagumo.Audits.RecipeAudit.Run(trainer, samples: 2, worst: false);
        Assert.True(audit.Random.Cosine > 0.99, $"{audit.Random.Cosine}");
    }

    [Fact]
    public void Names_are_checked()
    {
        var wrong = SmallExperiments.Mnist() with { Relaxer = "sweps" };
        Assert.Contains("relaxer = 'sweps'. Did you mean 'sweeps'?", Assert.Throws<ArgumentException>(wrong.Validate).Message);
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => Relaxers.Register("hand-over", new Damped())).Message);
        var read = Experiment.FromJson((SmallExperiments.Mnist() with { Relaxer = "hand-over" }).ToJson());
        Assert.Equal("hand-over", read.Relaxer);
    }

    private static float[] Train(Experiment experiment)
    {
        using var trainer = new Trainer(experiment, SmallExperiments.Images(32), threads: 1);
        trainer.Train();
        return SmallExperiments.Weights(trainer);
    }

    /// <summary>Sweeps of which only four fifths are taken.</summary>
    private sealed class Damped : IRelaxer
    {
        public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            string[] moving = [.. machine.Network.Populations.Where(p => !p.IsClamped).Select(p => p.Name)];
            T share = T.CreateChecked(0.8);
            for (int sweep = 1; ; sweep++)
            {
                T[][] before = [.. moving.Select(state.Read)];
                double residual = machine.Sweep(state);
                if (residual <= options.Tolerance || sweep == 300)
                    return new("damped", sweep, residual, residual <= options.Tolerance ? 0 : state.Lanes);
                for (int p = 0; p < moving.Length; p++)
                {
                    T[] now = state.Read(moving[p]);
                    for (int i = 0; i < now.Length; i++)
                        now[i] = before[p][i] + share * (now[i] - before[p][i]);
                    state.Write(moving[p], now);
                }
            }
        }
    }
}
