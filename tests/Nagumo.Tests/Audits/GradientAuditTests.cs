using Nagumo.Audits;
using Nagumo.Learning;
using Nagumo.Relaxation;
using static Nagumo.Tests.Audits.Tiny;

namespace Nagumo.Tests.Audits;

/// <summary>The truth of the gradient: every neuron, every coupling, every shape of graph, in float64.</summary>
public sealed class GradientAuditTests(ITestOutputHelper output)
{
    [Fact]
    public void A_readout_of_zero_has_an_exact_gradient_at_every_beta()
    {
        // Nothing reaches the hidden layer, and the output is linear: a nudge of any size moves it in proportion.
        var e = Net(
            [X, Fhn("h", 5), Out()],
            [W("h", "x", 0.5), new("bias", "h", Value: 0.3), W("out", "h", 0), new("bias", "out", Value: 0.1)]
        );
        using var subject = Subject(e);
        var audit = GradientAudit.Run(subject);
        foreach (string estimator in (string[])["one-sided", "centred"])
        {
            Assert.True(audit.IsExact(estimator));
            Assert.InRange(audit.LargestError(estimator), 0, 1e-14);
        }
        Assert.True(audit.HasOrder("one-sided", 1) && audit.HasOrder("centred", 2));
        Assert.True(audit.Converged);
    }

    [Fact]
    public void An_order_that_is_there_is_no_exact_gradient()
    {
        using var subject = Subject(Layered("fitzhugh-nagumo"));
        var audit = GradientAudit.Run(subject);
        Assert.False(audit.IsExact("one-sided") || audit.IsExact("centred"));
    }

    private const string Nonlinear = "fitzhugh-nagumo-nonlinear-inhibitor",
        Slow = "fitzhugh-nagumo-two-timescale";

    private static readonly Dictionary<string, Func<Experiment>> Networks = new()
    {
        ["fitzhugh-nagumo"] = () => Layered("fitzhugh-nagumo", 0.8),
        ["two-timescale"] = () => Layered(Slow, 0.8),
        ["nonlinear inhibitor"] = () => Layered(Nonlinear, 1),
        ["hopfield"] = () => Layered("hopfield", 0.4, nudge: "cost"),
        ["log-cosh"] = () => Layered("log-cosh"),
        ["linear"] = () => Layered("linear", nudge: "cost"),
        ["full cost, kappa 2"] = () => Layered("fitzhugh-nagumo", 0.8, nudge: "cost", kappa: 2),
        ["squared error"] = () => Layered("fitzhugh-nagumo", 0.8, nudge: "cost") with { Readout = new("out", "squared-error") },
        ["linear under constant current, kappa 2"] = () => Layered("log-cosh", kappa: 2),
        ["text potential"] = () =>
            Net(
                [
                    X,
                    new(
                        "h",
                        5,
                        Potential: "-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2 + a*v + w*u - w^2",
                        Parameters: new Dictionary<string, double[]>
                        {
                            ["k"] = [0.5],
                            ["gamma"] = [0.8],
                            ["a"] = [0.7],
                        },
                        Inhibitors: new Dictionary<string, double> { ["v"] = 0.5, ["w"] = 1 }
                    ),
                    Out(),
                ],
                [W("h", "x", 0.5), W("out", "h", 0.1)]
            ),
        ["v-v bilinear"] = () =>
            Net([X, Fhn("h", 5), Fhn("out", Classes)], [W("h", "x", 0.5), W("out.v", "h.v", 0.15), W("out", "h", 0.1)]),
        ["v-v bilinear only"] = () => Net([X, Fhn("h", 5), Fhn("out", Classes)], [W("h", "x", 0.5), W("out.v", "h.v", 0.15)]),
        ["u-v bilinear"] = () => Net([X, Fhn("h", 5), Out()], [W("h", "x", 0.5), W("out", "h.v", 0.1)]),
        ["v-u bilinear"] = () => Net([X, Fhn("h", 5), Fhn("out", Classes)], [W("h", "x", 0.5), W("out.v", "h", 0.1)]),
        ["nonlinear v-v and u-u"] = () =>
            Net(
                [X, new("h", 5, Nonlinear), new("out", Classes, Nonlinear)],
                [W("h", "x", 0.4), new("bias", "h", Value: 1), W("out", "h", 0.1), W("out.v", "h.v", 0.1), new("bias", "out", Value: 1)]
            ),
        ["nonlinear u-v"] = () =>
            Net(
                [X, new("h", 5, Nonlinear), new("g", 4, Nonlinear), Out()],
                [W("h", "x", 0.4), W("g", "h.v", 0.1), W("g.v", "h", 0.1), W("out", "g", 0.1)]
            ),
        ["x into inhibitors"] = () => Net([X, Fhn("h", 5), Out()], [W("h.v", "x", 0.5), W("out", "h", 0.1)]),
        ["slow inhibitor read"] = () => Net([X, new("h", 5, Slow), Out()], [W("h", "x", 0.5), W("out", "h.w", 0.4)]),
        ["fast inhibitor read"] = () => Net([X, new("h", 5, Slow), Out()], [W("h", "x", 0.5), W("out", "h.v", 0.1)]),
        ["slow inhibitors coupled"] = () =>
            Net([X, new("h", 5, Slow), new("g", 4, Slow), Out()], [W("h", "x", 0.5), W("g.w", "h.w", 0.4), W("out", "g", 0.1)]),
        ["resistive"] = () =>
            Net(
                [X, Fhn("h", 5), Fhn("g", 4), Out()],
                [
                    new("resistive", "h", "x", Low: 0, High: 0.2),
                    new("resistive", "g", "h", Low: 0, High: 0.1),
                    new("resistive", "out", "g", Low: 0, High: 0.1),
                ]
            ),
        ["resistive inside a population"] = () =>
            Net([X, Fhn("h", 5), Out()], [W("h", "x", 0.5), new("resistive", "h", "h", Low: 0, High: 0.1), W("out", "h", 0.1)]),
        ["differential resistive"] = () =>
            Net(
                [X, new("rail", Values: [1]), Fhn("h", 5), Out()],
                [
                    new("differential-resistive", "h", "x", Sd: 0.5, Gain: 5),
                    new("differential-resistive", "h", "rail", Sd: 0.1, Mean: 0.8, Gain: 5),
                    new("resistive", "out", "h", Low: 0, High: 0.1),
                    new("differential-resistive", "out", "rail", Sd: 0.1, Gain: 5),
                ]
            ),
        ["paired outputs"] = () =>
            Net(
                [X, Fhn("h", 5), new("out", 2 * Classes, "linear")],
                [new("differential-resistive", "h", "x", Sd: 0.5, Gain: 5), new("resistive", "out", "h", Low: 0, High: 0.1)],
                nudge: "cost"
            ) with
            {
                Readout = new("out", Paired: true),
            },
        ["diffusive u-u"] = () =>
            Net([X, Fhn("h", 5), Fhn("g", 5), Out()], [W("h", "x", 0.5), new("diffusive", "h", "g", D: 0.3), W("out", "g", 0.15)]),
        ["diffusive v-v"] = () =>
            Net([X, Fhn("h", 5), Fhn("g", 5), Out()], [W("h", "x", 0.5), new("diffusive", "h.v", "g.v", D: 0.15), W("out", "g", 0.15)]),
        ["diffusive v-v, nonlinear"] = () =>
            Net(
                [X, new("h", 5, Nonlinear), new("g", 5, Nonlinear), Out()],
                [W("h", "x", 0.5), new("diffusive", "h.v", "g.v", D: 0.1), W("g", "h", 0.1), W("out", "g", 0.15)]
            ),
        ["triangle"] = () =>
            Net([X, Fhn("a", 4), Fhn("b", 5), Out()], [W("a", "x", 0.5), W("b", "a", 0.08), W("out", "a", 0.08), W("out", "b", 0.08)]),
        ["triangle of hidden layers"] = () =>
            Net(
                [X, Fhn("a", 4), Fhn("b", 4), Fhn("c", 4), Out()],
                [W("a", "x", 0.5), W("b", "a", 0.05), W("c", "b", 0.05), W("a", "c", 0.05, "closing"), W("out", "c", 0.08)]
            ),
        ["skip"] = () =>
            Net(
                [X, Fhn("a", 4), Fhn("b", 5, 0.5), Out()],
                [W("a", "x", 0.5), W("b", "a", 0.05), W("b", "x", 0.3, "skip"), W("out", "b", 0.08)]
            ),
        ["inside a population"] = () => Net([X, Fhn("h", 5), Out()], [W("h", "x", 0.5), W("h", "h", 0.03), W("out", "h", 0.1)]),
        ["inside a population, u-v"] = () => Net([X, Fhn("h", 5), Out()], [W("h", "x", 0.5), W("h", "h.v", 0.03), W("out", "h", 0.1)]),
        ["inside a population, v-v"] = () => Net([X, Fhn("h", 5), Out()], [W("h", "x", 0.5), W("h.v", "h.v", 0.03), W("out", "h", 0.1)]),
        ["trained per population"] = () => Trained(perNeuron: false, "fitzhugh-nagumo", "k", "gamma", "a"),
        ["trained per neuron"] = () => Trained(perNeuron: true, "fitzhugh-nagumo", "k", "gamma", "a"),
        ["trained two-timescale"] = () => Trained(perNeuron: true, Slow, "k", "gamma", "a", "eta"),
        ["trained nonlinear inhibitor"] = () => Trained(perNeuron: true, Nonlinear, "k", "gamma", "delta", "a"),
        ["trained log-cosh"] = () => Trained(perNeuron: false, "log-cosh", "c", "s"),
        ["trained readout"] = () =>
            Layered("fitzhugh-nagumo", 0.8, nudge: "cost") is var e
                ? e with
                {
                    Network = e.Network with
                    {
                        Populations = [e.Network.Populations[0], e.Network.Populations[1], Out() with { Train = ["c"], PerNeuron = true }],
                    },
                }
                : e,
        ["scaled, trained, loaded"] = () =>
            Net(
                [X, Fhn("h", 5, 0.4) with { Train = ["k", "gamma"], PerNeuron = true }, Fhn("g", 5), Out()],
                [
                    W("h", "x", 0.3),
                    new("diffusive", "h", "g", D: 0.2),
                    new("diffusive", "h.v", "g.v", D: 0.2, Name: "dv"),
                    W("out", "g", 0.1),
                ]
            ),
        ["over-relaxed, joint"] = () => Layered(Nonlinear, 1) with { Free = new(6, 0, 1.2), Nudged = new(4, 0, 1.2) },
        ["over-relaxed"] = () => Layered("fitzhugh-nagumo", 0.8) with { Free = new(6, 0, 1.2), Nudged = new(4, 0, 1.2) },
    };

    [Fact]
    public void A_full_cost_nudge_is_part_of_the_residual_that_stops_its_phase()
    {
        using var subject = Subject(Networks["full cost, kappa 2"]());
        using var team = new Nagumo.Compute.WorkerTeam(1);
        SweepOptions stop = new(200, 1e-12);
        using var learner = new EqProp<double>(
            subject.Machine,
            team,
            subject.Readout,
            new("centred", 0.1, "cost"),
            stop,
            stop,
            subject.Experiment.Pixels,
            new(1),
            4
        );
        var report = learner.Gradient(Images(), [0, 1, 2, 3], 1);
        Assert.Equal(0, report.Nudged.NotConverged);
        Assert.InRange(report.Nudged.Residual, 0, 1e-12);
        Assert.InRange(report.Nudged.Sweeps, 2, 60);
    }

    [Fact]
    public void A_full_cost_nudge_needs_a_free_linear_readout()
    {
        var e = Net([X, new("out", Classes, "hopfield")], [W("out", "x", 0.5)], nudge: "cost");
        using var subject = Subject(e);
        Assert.Contains("needs a linear readout", Assert.Throws<ArgumentException>(() => GradientAudit.Run(subject)).Message);
    }

    [Fact]
    public void Orders_are_fitted_where_the_errors_lie_on_a_line()
    {
        double[] beta = [.. Enumerable.Range(0, 12).Select(n => 1e-4 * Math.Pow(2, n))];
        // Rounding of 1e-9/β below, a fourth-order term above.
        var fit = OrderFit.Of(beta, [.. beta.Select(b => b * b + 1e-9 / b * 1e-4 + 1e3 * b * b * b * b)]);
        Assert.NotNull(fit);
        Assert.InRange(fit.Slope, 1.9, 2.1);
        Assert.True(fit.From > beta[0] && fit.To < beta[^1]);
        Assert.Null(OrderFit.Of(beta, [.. beta.Select(b => 1e-12 / b)]));
        Assert.Null(OrderFit.Of(beta, new double[12]));
    }

    private static Experiment Trained(bool perNeuron, string neuron, params string[] names)
    {
        var e = Layered(neuron, 0.8);
        var h = e.Network.Populations[1] with { Train = names, PerNeuron = perNeuron };
        return e with { Network = e.Network with { Populations = [e.Network.Populations[0], h, e.Network.Populations[2]] } };
    }

    public static TheoryData<string> Names => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Equilibrium_propagation_agrees_with_the_exact_gradient_and_differences_of_the_loss(string name)
    {
        using var subject = Subject(Networks[name]());
        var audit = GradientAudit.Run(subject);
        foreach (var p in audit.Parameters)
            output.WriteLine(
                $"{p.Name}: one-sided {p.OneSided?.Slope:f3} centred {p.Centred?.Slope:f3} richardson {p.Richardson:e1} fd {p.FiniteDifference:e1} |g| {p.Norm:e1}"
            );
        output.WriteLine($"{audit.OneSided} {audit.Centred} residual {audit.Residual:e1} cos {audit.Cosine("one-sided") - 1:e1}");
        Assert.True(audit.Converged, $"residual {audit.Residual:e1}");
        Assert.All(audit.Parameters, p => Assert.True(p.Norm > 1e-6, $"{p.Name} has no gradient to test"));
        Assert.InRange(audit.FiniteDifference, 0, 1e-7);
        Assert.InRange(audit.Richardson, 0, 1e-7);
        Assert.InRange(audit.Cosine("one-sided"), 0.99999, 1 + 1e-12);
        Assert.InRange(audit.Cosine("centred"), 0.99999, 1 + 1e-12);
        Assert.NotNull(audit.OneSided);
        Assert.NotNull(audit.Centred);
        Assert.InRange(audit.OneSided.Slope, 0.9, 1.1);
        Assert.InRange(audit.Centred.Slope, 1.9, 2.1);
    }
}
