using System.Numerics;
using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Tests.Audits;
using static Nagumo.Tests.Audits.Tiny;

namespace Nagumo.Tests.Learning;

/// <summary>
/// Images that are fitted to seven digits and more: the nudge moves the state far below its float32 rounding, and the contrast must still have the
/// exact gradient's direction and size.
/// </summary>
public sealed class WellFittedTests(ITestOutputHelper output)
{
    private const int Label = 0;

    private static readonly Dictionary<string, Func<Experiment>> Networks = new()
    {
        ["fitzhugh-nagumo"] = () => Layered("fitzhugh-nagumo", 0.8),
        ["two-timescale"] = () => Layered("fitzhugh-nagumo-two-timescale", 0.8),
        ["nonlinear inhibitor"] = () => Layered("fitzhugh-nagumo-nonlinear-inhibitor", 1),
        ["hopfield"] = () => Layered("hopfield", 0.4),
        ["log-cosh"] = () => Layered("log-cosh"),
        ["deep, trained neurons"] = () =>
            Net(
                [X, Fhn("h1", 5) with { Train = ["k", "gamma"], PerNeuron = true }, Fhn("h2", 4, 0.5), Out()],
                [
                    W("h1", "x", 0.5),
                    new("bias", "h1", Value: 0.8),
                    W("h2", "h1", 0.05),
                    new("bias", "h2", Value: 0.4),
                    W("out", "h2", 0.15),
                    new("bias", "out"),
                ]
            ),
        ["resistive and diffusive"] = () =>
            Net(
                [X, Fhn("h1", 5), Fhn("h2", 5), Out()],
                [
                    W("h1", "x", 0.5),
                    new("diffusive", "h1", "h2", D: 0.2),
                    new("diffusive", "h1.v", "h2.v", D: 0.1),
                    new("resistive", "out", "h2", Low: 0, High: 0.2),
                    new("bias", "out"),
                ]
            ),
    };

    public static TheoryData<string, string, string, double> Cases
    {
        get
        {
            var data = new TheoryData<string, string, string, double>();
            foreach (string name in Networks.Keys)
            {
                data.Add(name, "centred", "current", 0.2);
                data.Add(name, "one-sided", "current", 0.2);
                data.Add(name, "centred", "cost", 0.05);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Float32_has_the_exact_gradient(string name, string kind, string nudge, double beta)
    {
        var experiment = Networks[name]();
        var exact = Gradient<double>(experiment, new("exact"));
        var used = Gradient<float>(experiment, new(kind, beta, nudge));
        foreach (var ((block, expected), (_, actual)) in exact.Zip(used))
        {
            double size = Norm(expected),
                cosine = expected.Zip(actual, (a, b) => a * b).Sum() / (size * Norm(actual)),
                error = Norm([.. expected.Zip(actual, (a, b) => a - b)]) / size;
            output.WriteLine($"{block}: |g| {size:e2}, cosine {cosine:f9}, relative error {error:e1}");
            // Not zero, and below half a digit of a float32 state of order one.
            Assert.InRange(beta * size, 1e-22, 6e-8);
            Assert.True(cosine > 0.99999, $"{block}: {cosine}");
            // The free state's own rounding of 1e-7 enters the probabilities through κ z.
            Assert.InRange(error, 0, 1e-5);
        }

        static double Norm(double[] x) => Math.Sqrt(x.Sum(a => a * a));
    }

    private static List<(string Block, double[] Gradient)> Gradient<T>(Experiment e, EstimatorOptions estimator)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = e.Network.Build();
        var images = Images(count: 12);
        int[] samples = [.. Enumerable.Range(0, 12).Where(i => images.Labels[i] == Label)];
        using var machine = new Machine<T>(network, new Rng(1));
        // Two exponents apart: the other classes have a probability of e^(−4·8).
        var bias = machine.Parameters.First(t => t.Name.EndsWith("out.bias.b", StringComparison.Ordinal));
        for (int c = 0; c < Classes; c++)
            bias.Values[c] = T.CreateChecked(c == Label ? 4 : -4);
        using var team = new WorkerTeam(1);
        using var learner = new EqProp<T>(
            machine,
            team,
            new Readout(network, "out", false, new CrossEntropy(4)),
            estimator,
            new(200, 0),
            new(200, 0),
            e.Pixels,
            new Rng(1),
            samples.Length
        );
        learner.Load();
        learner.Gradient(images, samples, 1);
        return [.. machine.Parameters.Select(t => (t.Name, Array.ConvertAll(t.Gradients.ToArray(), double.CreateChecked)))];
    }
}
