using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

/// <summary>What a preset of pictures becomes for a table.</summary>
public sealed class TableFitTests
{
    /// <summary>First drives lie where a centred FHN neuron, c₁u + u³/3 = I with c₁ = 0.25, bends: neither a line nor a root. So it is for few columns and many.</summary>
    [Theory]
    [InlineData("fhn-mlp", 1)]
    [InlineData("fhn-mlp", 10)]
    [InlineData("fhn-deep", 100)]
    public void First_drives_bend_neurons_a_little(string preset, int columns)
    {
        var data = Table(columns, 200, 10, (x, _) => x[0]);
        using var trainer = new Trainer(Presets.Get(preset).For(data), data, 1);
        var weights = trainer.Weights().ToDictionary(p => p.Key, p => p.Value.ToSingles());
        double[] row = new double[columns];
        var bends = new List<double>();
        for (int sample = 0; sample < 10; sample++)
        {
            data.Train.Read(sample, row);
            for (int i = 0; i < 512; i++)
            {
                // Centred: without a/γ.
                double drive = weights["h1.bias.b"][i] - 0.875;
                for (int j = 0; j < columns; j++)
                    drive += weights["x-h1.W"][i * columns + j] * row[j];
                double u = Math.Sinh(Math.Asinh(12 * drive) / 3);
                // The share of the force c₁u + u³/3 that is not linear.
                bends.Add(u * u / (u * u + 0.75));
            }
        }
        Assert.InRange(bends.Average(), 0.03, 0.3);
        // No two neurons of one column alike: their thresholds differ.
        Assert.True(weights["h1.bias.b"].Distinct().Count() > 500);
    }

    /// <summary>Pictures are what presets are tuned on; a circuit's preset is tuned on a table.</summary>
    [Fact]
    public void Pictures_and_presets_of_tables_keep_their_rates()
    {
        var random = new Random(1);
        float[] pixels = [.. Enumerable.Range(0, 40 * 25).Select(_ => (float)random.NextDouble())];
        var targets = new ClassTargets(2, Enumerable.Range(0, 40).Select(i => i % 2).ToArray());
        var pictures = new DataSet("p", new Samples([5, 5], pixels, targets), new Samples([5, 5], pixels, targets));
        var list = new DataSet("l", new Samples([25], pixels, targets), new Samples([25], pixels, targets));
        var preset = Presets.Get("fhn-mlp");
        Assert.Equal(preset.Optimizer, preset.For(pictures).Optimizer);
        Assert.NotEqual(preset.Optimizer, preset.For(list).Optimizer);
        var circuit = CircuitPresets.Get("iris-fhn");
        Assert.Equal(circuit.Optimizer, circuit.For(list).Optimizer);
    }

    /// <summary>
    /// Friedman's function, whose noise of deviation 1 no model beats [Friedman 1991, doi:10.1214/aos/1176347963]: far better than the best linear
    /// function, and near the noise. Where the first drives had the spread of pictures, the error was twice the noise.
    /// </summary>
    [Fact, Trait("speed", "slow")]
    public void A_known_function_is_learned_to_near_its_noise()
    {
        var data = Table(
            10,
            1600,
            1000,
            (x, noise) =>
            {
                double[] z = [.. x.Select(v => v / Math.Sqrt(12) + 0.5)];
                return 10 * Math.Sin(Math.PI * z[0] * z[1]) + 20 * (z[2] - 0.5) * (z[2] - 0.5) + 10 * z[3] + 5 * z[4] + noise;
            }
        );
        var e = Presets.Get("fhn-mlp").For(data);
        using var trainer = new Trainer(e, data, 2);
        while (trainer.Epoch < e.Epochs)
            trainer.TrainEpoch(cancel: TestContext.Current.CancellationToken);
        double rmse = trainer.Test().Metrics[0].Value;
        Assert.InRange(rmse, 0.95, 1.35);
        Assert.True(rmse < 0.6 * LinearRmse(data), $"{rmse} against {LinearRmse(data)}");
        // ‖W‖² < c₁ = 0.25: so rest is unique.
        float[] w = trainer.Weights().Single(p => p.Key == "h1-out.W").Value.ToSingles();
        Assert.InRange(w.Sum(x => (double)x * x), 0, 0.25);
        Assert.Equal(0, trainer.FindOtherRests(data.Test)!.Samples);
    }

    /// <summary>Rows of independent columns of mean 0 and variance 1, uniform; the targets mapped to the same.</summary>
    private static DataSet Table(int columns, int train, int test, Func<double[], double, double> law)
    {
        var random = new Random(5);
        int rows = train + test;
        float[] x = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)(Math.Sqrt(12) * (random.NextDouble() - 0.5)))];
        double[] y =
        [
            .. Enumerable
                .Range(0, rows)
                .Select(r =>
                    law(
                        [.. x.AsSpan(r * columns, columns).ToArray().Select(v => (double)v)],
                        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())
                    )
                ),
        ];
        double mean = y[..train].Average(),
            spread = Math.Sqrt(y[..train].Average(v => (v - mean) * (v - mean)));
        Samples Part(int at, int count) =>
            new(
                [columns],
                x[(at * columns)..((at + count) * columns)],
                new NumberTargets([new("y", null, mean, spread)], y[at..(at + count)].Select(v => (v - mean) / spread).ToArray())
            );
        return new("table", Part(0, train), Part(train, test));
    }

    /// <summary>The test error of the linear function that fits the training rows best: its normal equations, eliminated.</summary>
    private static double LinearRmse(DataSet data)
    {
        int n = data.Size + 1;
        var a = new double[n, n + 1];
        double[] row = new double[n],
            target = new double[1];
        row[^1] = 1;
        void Read(Samples set, int r)
        {
            set.Read(r, row.AsSpan(0, n - 1));
            set.Targets.Read(r, target);
        }
        for (int r = 0; r < data.Train.Count; r++)
        {
            Read(data.Train, r);
            for (int i = 0; i < n; i++)
            for (int j = 0; j <= n; j++)
                a[i, j] += row[i] * (j < n ? row[j] : target[0]);
        }
        for (int p = 0; p < n; p++)
        for (int i = 0; i < n; i++)
            if (i != p && a[i, p] / a[p, p] is var factor)
                for (int j = p; j <= n; j++)
                    a[i, j] -= factor * a[p, j];
        double squares = 0;
        for (int r = 0; r < data.Test.Count; r++)
        {
            Read(data.Test, r);
            double error = -target[0];
            for (int i = 0; i < n; i++)
                error += a[i, n] / a[i, i] * row[i];
            squares += error * error;
        }
        return ((NumberTargets)data.Train.Targets).Columns[0].Scale * Math.Sqrt(squares / data.Test.Count);
    }
}
