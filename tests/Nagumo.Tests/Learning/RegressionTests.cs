using Nagumo.Audits;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

/// <summary>Real numbers are learned: the metrics are what they are called, gradients are those of the cost, and a known function is found.</summary>
public sealed class RegressionTests(ITestOutputHelper output)
{
    private const int Inputs = 8;

    /// <summary>Smooth, not linear, with a product: what a hidden layer is for.</summary>
    private static double Truth(ReadOnlySpan<float> x) =>
        Math.Sin(2 * x[0]) + x[1] * x[2] + 0.5 * x[3] * x[3] - 0.7 * x[4] + 0.3 * Math.Tanh(3 * x[5]) + 0.2 * x[6];

    /// <summary>Samples of the truth in a unit of its own, 20 + 5·f metres, as the network is to give them: (y − mean)/deviation of f.</summary>
    private static Samples Draw(int count, ulong seed)
    {
        var rng = new Rng(seed);
        float[] x = new float[count * Inputs];
        foreach (ref float value in x.AsSpan())
            value = (float)(2 * rng.NextDouble() - 1);
        double[] y = [.. Enumerable.Range(0, count).Select(i => (Truth(x.AsSpan(i * Inputs, Inputs)) - Mean) / Deviation)];
        return new([Inputs], x, new NumberTargets([new("height", "m", 20 + 5 * Mean, 5 * Deviation)], y));
    }

    private const double Mean = 1.0 / 6,
        Deviation = 0.9;

    private static Experiment Net(string cost, int hidden = 40) =>
        new(
            new(
                [new("x", Inputs), new("h", hidden, "fitzhugh-nagumo"), new("out", 1, "linear")],
                [
                    new("bilinear", "h", "x", Sd: 0.4),
                    new("bias", "h", Value: 0.9),
                    new("bilinear", "out", "h", Sd: 0.1),
                    new("bias", "out", Value: 0),
                ]
            ),
            new("out", cost),
            Epochs: 30,
            Batch: 32,
            Estimator: new("centred", 0.1),
            Free: new(30, 1e-5),
            Nudged: new(30, 1e-5),
            Optimizer: new(Rate: 3e-3)
        );

    [Theory, Trait("speed", "slow")]
    [InlineData("squared-error")]
    [InlineData("huber")]
    [InlineData("absolute")]
    public void A_known_function_of_eight_inputs_is_found(string cost)
    {
        var data = new DataSet("known", Draw(2000, 1), Draw(500, 2));
        using var trainer = new Trainer(Net(cost), data, 1);
        for (int epoch = 0; epoch < 30; epoch++)
            trainer.Train();
        var test = trainer.Test();
        // What a program prints first.
        Assert.StartsWith("rmse ", $"{test}");
        output.WriteLine(string.Join(", ", test.Metrics.Select(m => $"{m.Name} {m.Value:g4} {m.Unit}")));
        Assert.True(test["r2"] > 0.95, $"R² = {test["r2"]}");
        Assert.Null(test.Confusion);
        Assert.Equal("rmse", trainer.History[^1].Score);
        // The metrics from the closed form and the predictions in metres.
        double squares = 0,
            absolute = 0,
            spread = 0,
            mean = Enumerable.Range(0, 500).Average(Metres);
        for (int i = 0; i < 500; i++)
        {
            double predicted = trainer.Predict(data.Test, i).Numbers!.Single();
            squares += Math.Pow(predicted - Metres(i), 2);
            absolute += Math.Abs(predicted - Metres(i));
            spread += Math.Pow(Metres(i) - mean, 2);
        }
        // Samples are relaxed one by one here and in batches there, each to a residual of 1e-5.
        Assert.Equal(Math.Sqrt(squares / 500), test["rmse"], 1e-3);
        Assert.Equal(absolute / 500, test["mae"], 1e-3);
        Assert.Equal(1 - squares / spread, test["r2"], 1e-3);
        Assert.Equal("m", test.Score.Unit);

        double Metres(int i) => 20 + 5 * Truth(data.Test.Floats(i));
    }

    /// <summary>Equilibrium Propagation reads the slope of the cost, whatever the cost and the kind of target.</summary>
    [Theory]
    [InlineData("squared-error", "current")]
    [InlineData("huber", "current")]
    [InlineData("absolute", "current")]
    [InlineData("squared-error", "cost")]
    [InlineData("huber", "cost")]
    [InlineData("absolute", "cost")]
    public void Its_gradient_is_the_slope_of_the_cost(string cost, string nudge)
    {
        var e = Net(cost, hidden: 5);
        e = e with { Readout = e.Readout with { Width = cost == "squared-error" ? null : 0.8 }, Estimator = new("centred", 1e-3, nudge) };
        var set = Draw(4, 3);
        using var subject = new AuditSubject(e, set, [0, 1, 2, 3]);
        double[][] read = subject.Gradient(e.Estimator).Gradient,
            exact = subject.Gradient(new("exact")).Gradient;
        using var learner = subject.Learner(e.Estimator);
        for (int t = 0; t < exact.Length; t++)
        for (int i = 0; i < exact[t].Length; i += 3)
        {
            var values = subject.Machine.Parameters[t].Values;
            double at = values[i];
            const double h = 1e-5;
            double slope = (Loss(at + h) - Loss(at - h)) / (2 * h);
            Loss(at);
            Assert.Equal(slope, exact[t][i], 1e-8);
            // Second order in β.
            Assert.Equal(exact[t][i], read[t][i], 1e-5);

            double Loss(double value)
            {
                subject.Machine.Parameters[t].Values[i] = value;
                subject.Machine.Load();
                return subject.Loss(learner);
            }
        }
    }

    /// <summary>Columns of different units have metrics each in its own, and a score that no unit changes.</summary>
    [Fact]
    public void Several_numbers_are_measured_each_in_its_unit()
    {
        double[] y = [0.5, -1, 1.5, 2, -0.5, 0],
            z = [0.4, -1, 1.7, 1, -0.5, 0.5];
        IReadOnlyList<Metric> Measure(double metre) =>
            new Regression().Measure(new NumberTargets([new("a", "m", 3, metre), new("b", "K", 0, -2)], y), [0, 1, 2], z, 0.25);
        var metrics = Measure(4).ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal("rmse_scaled", Measure(4)[0].Name);
        Assert.Equal(0.5, metrics["rmse_scaled"], 1e-15);
        Assert.Equal(4 * Math.Sqrt((0.01 + 0.04) / 3), metrics["rmse_a"], 1e-12);
        Assert.Equal(2 * 1.5 / 3, metrics["mae_b"], 1e-12);
        // Targets −1, 2, 0 of mean ⅓: Σ (y − ȳ)² = 14/3.
        Assert.Equal(1 - 1.25 / (14.0 / 3), metrics["r2_b"], 1e-12);
        Assert.Equal((metrics["r2_a"] + metrics["r2_b"]) / 2, metrics["r2"], 1e-12);
        foreach (string name in (string[])["rmse_scaled", "r2", "r2_a"])
            Assert.Equal(Measure(4).Single(m => m.Name == name), Measure(4000).Single(m => m.Name == name));
    }

    [Fact]
    public void What_does_not_suit_the_targets_is_refused()
    {
        var data = new DataSet("known", Draw(20, 1), Draw(5, 2));
        Says("set readout.cost=squared-error", Net("cross-entropy"));
        Says("task = 'classification' does not learn 1 number", Net("huber") with { Task = "classification" });
        Says("Did you mean 'regression'?", Net("huber") with { Task = "regresion" });

        void Says(string message, Experiment e) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => new Trainer(e, data, 1)).Message, StringComparison.Ordinal);
    }
}
