using MathNet.Numerics.LinearAlgebra;
using Nagumo.Compute;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

public sealed class OptimizerTests
{
    /// <summary>Loshchilov and Hutter 2019, algorithm 2, as printed, one number at a time; SGD as in every textbook.</summary>
    private static double[] Naive(
        OptimizerOptions o,
        double rate,
        double[] w,
        double[][] gradients,
        Func<int, double> factor,
        bool decays,
        double min
    )
    {
        double[] m = new double[w.Length],
            v = new double[w.Length];
        for (int t = 1; t <= gradients.Length; t++)
        for (int i = 0; i < w.Length; i++)
        {
            double g = gradients[t - 1][i],
                eta = rate * factor(t),
                decay = decays ? eta * o.WeightDecay * w[i] : 0;
            if (o.Kind == "adam")
            {
                m[i] = o.Momentum * m[i] + (1 - o.Momentum) * g;
                v[i] = o.SecondMoment * v[i] + (1 - o.SecondMoment) * g * g;
                double first = m[i] / (1 - Math.Pow(o.Momentum, t)),
                    second = v[i] / (1 - Math.Pow(o.SecondMoment, t));
                w[i] -= eta * first / (Math.Sqrt(second) + o.Epsilon) + decay;
            }
            else
            {
                m[i] = o.Momentum * m[i] + g;
                w[i] -= eta * m[i] + decay;
            }
            w[i] = Math.Max(w[i], min);
        }
        return w;
    }

    [Theory]
    [InlineData("adam", "constant")]
    [InlineData("adam", "cosine")]
    [InlineData("adam", "step")]
    [InlineData("sgd", "constant")]
    public void Steps_are_those_of_the_paper(string kind, string schedule)
    {
        const int steps = 20;
        var options = new OptimizerOptions(
            kind,
            Rate: 0.02,
            Rates: new Dictionary<string, double> { ["b"] = 0.003, ["frozen.W"] = 0 },
            Schedule: schedule,
            WeightDecay: 0.3,
            Momentum: 0.8,
            SecondMoment: 0.95
        );
        double Factor(int t) =>
            ((t - 1.0) / steps) switch
            {
                var p when schedule == "cosine" => (1 + Math.Cos(Math.PI * p)) / 2,
                var p when schedule == "step" => p < 0.5 ? 1
                : p < 0.75 ? 0.1
                : 0.01,
                _ => 1,
            };
        using Tensor<double> a = new("a.W", 7, 29, double.NegativeInfinity, double.PositiveInfinity, decays: true),
            b = new("b.g", 3, 1, 0, double.PositiveInfinity, decays: false),
            frozen = new("frozen.W", 2, 2, double.NegativeInfinity, double.PositiveInfinity, decays: true);
        var rng = new Rng(5);
        Tensor<double>[] parameters = [a, b, frozen];
        foreach (var p in parameters)
            rng.FillUniform(p.Values);
        double[][] start = [.. parameters.Select(p => p.Values.ToArray())];
        var gradients = parameters.Select(p => Enumerable.Range(0, steps).Select(_ => new double[p.Values.Length]).ToArray()).ToArray();
        using var team = new WorkerTeam(2);
        using var optimizer = new Optimizer<double>(options, parameters, team, new Rng(1));
        for (int t = 0; t < steps; t++)
        {
            for (int i = 0; i < 3; i++)
            {
                rng.FillNormal(gradients[i][t]);
                gradients[i][t].CopyTo(parameters[i].Gradients);
            }
            optimizer.Step((double)t / steps);
        }
        // Twenty steps of a dozen roundings each.
        Near(Naive(options, 0.02, start[0], gradients[0], Factor, decays: true, double.NegativeInfinity), a);
        Near(Naive(options, 0.003, start[1], gradients[1], Factor, decays: false, 0), b);
        Assert.Equal(start[2], frozen.Values.ToArray());
        Assert.Equal(steps, optimizer.Steps);

        static void Near(double[] expected, Tensor<double> actual) =>
            Assert.All(expected.Zip(actual.Values.ToArray()), p => Assert.Equal(p.First, p.Second, 1e-13));
    }

    [Fact]
    public void Values_stay_in_their_range()
    {
        using var g = new Tensor<float>("g.g", 5, 9, 0, 0.5, decays: true);
        g.Values.Fill(0.25f);
        using var team = new WorkerTeam(1);
        using var optimizer = new Optimizer<float>(new(Rate: 1, Schedule: "constant"), [g], team, new Rng(1));
        new Rng(2).FillNormal(g.Gradients);
        optimizer.Step(0);
        Assert.All(g.Values.ToArray(), x => Assert.True(x is 0 or 0.5f));
    }

    [Fact]
    public void A_spectral_norm_is_bounded_as_the_singular_values_say()
    {
        using var w = new Tensor<double>("w.W", 23, 31, double.NegativeInfinity, double.PositiveInfinity, decays: false);
        var rng = new Rng(3);
        rng.FillNormal(w.Values);
        var before = w.Values.ToArray();
        double Largest() => Matrix<double>.Build.DenseOfRowMajor(23, 31, w.Values.ToArray()).Svd(false).S[0];
        double norm = Largest();
        const double bound = 2;
        using var team = new WorkerTeam(1);
        var options = new OptimizerOptions(Rate: 0.01, Schedule: "constant", NormBounds: new Dictionary<string, double> { ["w"] = bound });
        using var optimizer = new Optimizer<double>(options, [w], team, new Rng(1));
        // Bounded at once: 30 power iterations from a random start reach the norm to a few per cent; and then W is a multiple of itself.
        Assert.InRange(Largest(), bound * 0.999, bound * 1.05);
        Assert.All(before.Zip(w.Values.ToArray()), p => Assert.Equal(p.First / norm, p.Second / Largest(), 1e-12));
        for (int i = 0; i < 60; i++)
        {
            w.Gradients.Clear();
            optimizer.Step(0);
        }
        // Each step iterates once more: the estimate has converged.
        Assert.InRange(Largest(), bound * (1 - 1e-9), bound * (1 + 1e-6));
        for (int i = 0; i < 40; i++)
        {
            rng.FillNormal(w.Gradients);
            optimizer.Step(0);
            // One iteration a step follows a matrix that turns; the lag is a few per cent at this rate.
            Assert.InRange(Largest(), 0, bound * 1.05);
        }
    }

    [Fact]
    public void A_norm_below_its_bound_is_left_alone()
    {
        using var w = new Tensor<double>("w.W", 5, 6, double.NegativeInfinity, double.PositiveInfinity, decays: false);
        new Rng(3).FillUniform(w.Values, 0, 0.01);
        var before = w.Values.ToArray();
        using var team = new WorkerTeam(1);
        using var optimizer = new Optimizer<double>(new(NormBounds: new Dictionary<string, double> { ["w.W"] = 3 }), [w], team, new Rng(1));
        optimizer.Step(0);
        Assert.Equal(before, w.Values.ToArray());
    }

    public static TheoryData<OptimizerOptions, string> Refused =>
        new()
        {
            { new("adamm"), "optimizer.kind = 'adamm'" },
            { new(Rate: 0), "optimizer.rate = 0" },
            { new(Rate: double.NaN), "optimizer.rate = NaN" },
            { new(Schedule: "linear"), "optimizer.schedule = 'linear'" },
            { new(WeightDecay: -1), "optimizer.weight_decay = -1" },
            { new(Momentum: 1), "optimizer.momentum = 1" },
            { new(SecondMoment: -0.1), "optimizer.second_moment = -0.1" },
            { new(Epsilon: 0), "optimizer.epsilon = 0" },
            { new(Rates: new Dictionary<string, double> { ["w"] = -1 }), "optimizer.rates.w = -1" },
            { new(NormBounds: new Dictionary<string, double> { ["w"] = 0 }), "optimizer.norm_bounds.w = 0" },
            {
                new(Rates: new Dictionary<string, double> { ["x-h2"] = 1 }),
                "optimizer.rates names 'x-h2', which no coupling or population is called. Did you mean 'x-h1'?"
            },
            { new(NormBounds: new Dictionary<string, double> { ["x-h1.V"] = 1 }), "optimizer.norm_bounds names 'x-h1.V'" },
        };

    [Theory, MemberData(nameof(Refused))]
    public void Refuses(OptimizerOptions options, string message)
    {
        using var w = new Tensor<float>("x-h1.W", 2, 2, 0, 1, decays: false);
        using var team = new WorkerTeam(1);
        var error = Assert.ThrowsAny<ArgumentException>(() => new Optimizer<float>(options, [w], team, new Rng(1)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
