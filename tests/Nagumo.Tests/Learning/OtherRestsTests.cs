using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

/// <summary>Second rest states, where algebra says that there are some or none.</summary>
public sealed class OtherRestsTests
{
    private const double Slope = 0.25;

    /// <summary>
    /// One hidden neuron and two outputs with a = 0, joined by w each and driven by almost nothing: with s = w√2 the mode (1, 1/√2, 1/√2) has the slope c₁ − s at u = 0,
    /// so that there is one rest state for s ≤ c₁ and two stable ones beyond.
    /// </summary>
    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(0.17, 0)]
    [InlineData(0.19, 3)]
    [InlineData(0.4, 3)]
    public void They_appear_where_the_weights_pass_the_slope(double w, int expected)
    {
        Assert.Equal(expected > 0, w * Math.Sqrt(2) > Slope);
        using var trainer = Pair(w);
        var found = trainer.FindOtherRests(Three)!;
        Assert.Equal((3, expected), (found.Looked, found.Samples));
    }

    /// <summary>The preset's bounds keep its reduced energy convex, so whatever it is trained on, it has one rest state.</summary>
    [Theory, Trait("speed", "slow")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Iris_on_a_circuit_has_one_rest_state(int seed)
    {
        var (experiment, iris) = (CircuitPresets.Get("iris-fhn") with { Seed = (ulong)seed }, Iris.Load());
        using var trainer = Trained(experiment, iris);
        double[] norms = [Norm(trainer, "h1-h2.W") / (Slope * Math.Sqrt(0.5)), Norm(trainer, "h2-out.W") / (Slope * 0.5)];
        Assert.True(norms[0] * norms[0] + norms[1] * norms[1] < 0.55, string.Join(", ", norms));
        Assert.Equal(0, trainer.FindOtherRests(iris.Test)!.Samples);
        Assert.True(trainer.Test().Score.Value <= 100.0 / 30 + 1e-9);
    }

    [Fact, Trait("speed", "slow")]
    public void Without_its_bounds_it_has_several_and_they_are_found()
    {
        var preset = CircuitPresets.Get("iris-fhn");
        var experiment = preset with
        {
            Seed = 3,
            Readout = new("out", Kappa: 5),
            Estimator = new(),
            Optimizer = preset.Optimizer with { NormBounds = null },
        };
        var iris = Iris.Load();
        using var trainer = Trained(experiment, iris);
        var found = trainer.FindOtherRests(iris.Test)!;
        Assert.True(found is { Looked: 30, Samples: > 2, Answers: > 2 }, $"{found}");
    }

    private static Trainer Trained(Experiment experiment, DataSet data)
    {
        var trainer = new Trainer(experiment, data, 1);
        while (trainer.Epoch < experiment.Epochs)
            trainer.TrainEpoch(null, TestContext.Current.CancellationToken);
        return trainer;
    }

    /// <summary>The largest singular value, by power iteration.</summary>
    private static double Norm(Trainer trainer, string name)
    {
        var w = trainer.Weights().First(p => p.Key == name).Value;
        float[] values = w.ToSingles();
        int cols = w.Shape[1];
        double[] x = [.. Enumerable.Range(0, cols).Select(i => 1 + Math.Sin(i))];
        double norm = 0;
        for (int step = 0; step < 300; step++)
        {
            double[] y = [.. values.Chunk(cols).Select(row => row.Zip(x, (a, b) => a * b).Sum())];
            double[] back = [.. Enumerable.Range(0, cols).Select(j => Enumerable.Range(0, y.Length).Sum(i => values[i * cols + j] * y[i]))];
            double length = Math.Sqrt(back.Sum(b => b * b));
            (norm, x) = (Math.Sqrt(length), [.. back.Select(b => b / length)]);
        }
        return norm;
    }

    private static readonly Samples Three = new(
        [1],
        (ReadOnlyMemory<float>)(float[])[-0.01f, 0.005f, 0.01f],
        new ClassTargets(2, (int[])[0, 1, 0])
    );

    private static Trainer Pair(double w)
    {
        PopulationOptions Neurons(string name, int size) =>
            new(name, size, "fitzhugh-nagumo", Parameters: new Dictionary<string, double[]> { ["a"] = [0] });
        var experiment = new Experiment(
            new([new("x", 1), Neurons("h", 1), Neurons("out", 2)], [new("bilinear", "h", "x", Sd: 0), new("bilinear", "out", "h", Sd: 0)]),
            new("out")
        );
        var trainer = new Trainer(experiment, new DataSet("three", Three, Three), 1);
        trainer.SetWeights(
            new Dictionary<string, NpyArray> { ["x-h.W"] = new((float[])[0.1f], 1), ["h-out.W"] = new((float[])[(float)w, (float)w], 2) }
        );
        return trainer;
    }
}
