using Nagumo.Audits;
using Nagumo.Circuits;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;
using Nagumo.Tests.Audits;

namespace Nagumo.Tests.Couplings;

/// <summary>Networks with a coupling beyond quadratic, known from outside: relaxed, nudged, differentiated, built.</summary>
public sealed class NonlinearNetworkTests
{
    static NonlinearNetworkTests() => QuarticSpring.Register();

    private static Experiment Net(string kind, double beta) =>
        Experiment.FromJson(
            $$"""
            {
              "network": {
                "populations": [
                  { "name": "x", "size": 6 },
                  { "name": "h", "size": 6, "neuron": "fitzhugh-nagumo" },
                  { "name": "g", "size": 6, "neuron": "fitzhugh-nagumo", "scale": 0.7 },
                  { "name": "out", "size": 3, "neuron": "linear" }
                ],
                "couplings": [
                  { "kind": "bilinear", "a": "h", "b": "x", "sd": 0.5 },
                  { "kind": "bias", "a": "h", "value": 0.6 },
                  { "kind": "quartic-test", "a": "g", "b": "h", "g": 0.05 },
                  { "kind": "quartic-test", "a": "g", "b": "x", "g": 0.02, "name": "clamped" },
                  { "kind": "bilinear", "a": "out", "b": "g", "sd": 0.1 }
                ]
              },
              "readout": { "population": "out" },
              "estimator": { "kind": "{{kind}}", "beta": {{beta}} },
              "free": { "max_sweeps": 2000, "tolerance": 1e-13 },
              "nudged": { "max_sweeps": 2000, "tolerance": 1e-15 },
              "evaluation": { "max_sweeps": 2000, "tolerance": 1e-13 }
            }
            """
        );

    /// <summary>Central differences of the relaxed loss in every parameter.</summary>
    [Theory]
    [InlineData("exact", 0.1, 1e-5)]
    [InlineData("centred", 1e-3, 1e-5)]
    [InlineData("one-sided", 1e-6, 1e-5)]
    public void The_gradient_is_the_loss_differentiated(string kind, double beta, double tolerance)
    {
        using var subject = Tiny.Subject(Net(kind, beta));
        using var learner = subject.Learner(new());
        var (gradient, report) = subject.Gradient(new(kind, beta));
        Assert.InRange(Math.Max(report.Free.Residual, report.Nudged.Residual), 0, 1e-12);
        // Not another relaxer in their place.
        Assert.All(kind == "exact" ? [report.Free] : new[] { report.Free, report.Nudged }, r => Assert.Equal("sweeps", r.Method));
        const double h = 1e-4;
        for (int p = 0; p < gradient.Length; p++)
        {
            var tensor = subject.Machine.Parameters[p];
            var expected = new double[gradient[p].Length];
            for (int i = 0; i < expected.Length; i++)
            {
                double kept = tensor.Values[i];
                double At(double step)
                {
                    tensor.Values[i] = kept + step;
                    subject.Machine.Load();
                    return subject.Loss(learner);
                }
                expected[i] = (At(h) - At(-h)) / (2 * h);
                At(0);
            }
            Assert.InRange(Vectors.Vector.RelativeError(gradient[p], expected), 0, tolerance);
        }
    }

    [Fact]
    public void A_configuration_with_a_kind_of_ones_own_is_written_and_read_and_set()
    {
        var experiment = Net("exact", 0.1);
        var again = Experiment.FromJson(experiment.ToJson());
        Assert.Equal(experiment.ToJson(), again.ToJson());
        Assert.Equal(0.05, again.Network.Build().Couplings[2].Settings["g"]);
        Assert.Equal(0.9, again.With(["network.couplings.h-g.g=0.9"]).Network.Build().Couplings[2].Settings["g"]);
        Assert.Equal(0.02, NetworkOptions.Of(again.Network.Build()).Build().Couplings.Single(c => c.Name == "clamped").Settings["g"]);
        var error = Assert.Throws<ArgumentException>(() => again.With(["network.couplings.h-g.gg=1"]).Describe());
        Assert.Contains("has no key 'gg'; it has: a, b, g, name", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Every kind of coupling between neurons: the circuit of its stamps comes to rest where the library does.</summary>
    [Theory, MemberData(nameof(CouplingContractTests.Kinds), MemberType = typeof(CouplingContractTests)), Trait("speed", "slow")]
    public void Stamps_rest_where_the_drives_do(string kind)
    {
        Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed");
        foreach (ulong seed in (ulong[])[1, 2, 3])
        {
            var coupling = CouplingKinds
                .Get(kind)
                .Make(
                    new(
                        kind,
                        new("a"),
                        CouplingKinds.Get(kind).Keys.Contains("b")
                            ? (kind == "differential-resistive" ? new End("x") : new End("b"))
                            : (End?)null,
                        "joined",
                        CouplingKinds
                            .Get(kind)
                            .Keys.Where(k => k != "b" && !CouplingKinds.Get(kind).Words.Contains(k))
                            .ToDictionary(
                                k => k,
                                k =>
                                    k switch
                                    {
                                        "gain" => 2,
                                        "axis" => 0,
                                        "units" => 2,
                                        _ => 0.1 * (1 + seed),
                                    }
                            )
                    )
                );
            using var network = CircuitNetwork.Of(
                new(
                    [Population.Clamped("x", 3), new("a", new FitzHughNagumo(), 3), new("b", new FitzHughNagumo(), 3, 0.8)],
                    [coupling, new Bilinear("b", "x", 0.3), new Bias("a", 0.7)]
                ),
                [0.4, -0.7, 1.1],
                seed
            );
            var verified = Verification.Of(network);
            Assert.True(verified.Agrees, $"{kind}, seed {seed}: {verified.Worst}");
        }
    }
}
