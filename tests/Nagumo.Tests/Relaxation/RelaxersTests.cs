using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
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

    /// <summary>Two linear neurons that pull each other up by w, one of them with current 1. For w > 1 sweeps run away: the rest state is a saddle of H.</summary>
    private static Machine<double> Pair(double w)
    {
        var machine = new Machine<double>(
            new Network([new("a", new Linear(), 1), new("b", new Linear(), 1)], [new Bilinear("a", "b", 0), new Bias("a", 1)]),
            new Rng(1)
        );
        machine.Parameters[0].Values[0] = w;
        machine.Parameters[1].Values[0] = 1;
        machine.Load();
        return machine;
    }

    /// <summary>u_a = 1 + w u_b and u_b = w u_a, so u_a = 1/(1 − w²).</summary>
    [Theory]
    [InlineData(0.5, "sweeps")]
    [InlineData(2, "newton")]
    public void Methods_take_over_in_their_order(double w, string by)
    {
        using var machine = Pair(w);
        using var state = machine.CreateState(1);
        var report = machine.Relax(state, new(500, 1e-12), Relaxers.First(Relaxers.Sweeps, then: Relaxers.Newton));
        Assert.True(report.Converged, report.ToString());
        Assert.Equal(by, report.Method);
        Assert.Equal(1 / (1 - w * w), state.Read("a")[0], 1e-11);
    }

    /// <summary>A method that leads away is forgotten: state and report are those before it, and its work counts.</summary>
    [Fact]
    public void What_is_no_better_is_forgotten()
    {
        using var machine = Pair(0.5);
        using State<double> state = machine.CreateState(1),
            alone = machine.CreateState(1);
        Step few = new("few", 3, 0),
            away = new("away", 2, 1);
        var report = machine.Relax(state, new(500, 1e-12), Relaxers.First(few, away));
        var first = machine.Relax(alone, new(500, 1e-12), few);
        Assert.Equal(first with { Sweeps = 5 }, report);
        Assert.Equal(alone.Read("a"), state.Read("a"));
        Assert.Equal("sweeps", machine.Relax(state, new(500, 1e-12), Relaxers.First(few, away, Relaxers.Sweeps)).Method);
    }

    [Fact]
    public void Sweeps_that_were_only_too_few_are_not_handed_over()
    {
        using var machine = Pair(0.5);
        using var state = machine.CreateState(1);
        var report = machine.Relax(state, new(3, 1e-12), Relaxers.First(Relaxers.Sweeps, Relaxers.Newton));
        Assert.Equal(("sweeps", 3, true, false), (report.Method, report.Sweeps, report.IsUnderway, report.Converged));
    }

    /// <summary>Pairs that differ have no symmetric Hessian; a network of them is left to the others.</summary>
    [Fact]
    public void Methods_that_do_not_apply_are_passed_over()
    {
        using var machine = new Machine<double>(
            new Network([new("a", new Linear(), 1), new("b", new Linear(), 1)], [new Asymmetric("a", "b", 0.1)]),
            new Rng(1)
        );
        using var state = machine.CreateState(1);
        Assert.Equal("sweeps", machine.Relax(state, by: Relaxers.First(Relaxers.Newton, Relaxers.Sweeps)).Method);
        var none = Relaxers.First(Relaxers.Newton);
        Assert.False(none.Applies(machine));
        Assert.Contains("Relaxers.Sweeps", Assert.Throws<ArgumentException>(() => machine.Relax(state, by: none)).Message);
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

    /// <summary>So many sweeps; then all fields are moved.</summary>
    private sealed class Step(string name, int sweeps, double by) : IRelaxer
    {
        public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int sweep = 0; sweep < sweeps; sweep++)
                machine.Sweep(state);
            foreach (string p in (string[])["a", "b"])
                state.Write(p, Array.ConvertAll(state.Read(p), x => x + T.CreateChecked(by)));
            double residual = machine.Residual(state).Max();
            return new(name, sweeps, residual, residual <= options.Tolerance ? 0 : state.Lanes);
        }
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
