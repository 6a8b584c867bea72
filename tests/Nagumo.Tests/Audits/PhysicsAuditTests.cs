using Nagumo.Audits;
using Nagumo.Learning;
using static Nagumo.Tests.Audits.Tiny;

namespace Nagumo.Tests.Audits;

/// <summary>Stability, flow, self-adjointness and Kirchhoff's law of small networks.</summary>
public sealed class PhysicsAuditTests(ITestOutputHelper output)
{
    private const string Nonlinear = "fitzhugh-nagumo-nonlinear-inhibitor";

    private static readonly Dictionary<string, Func<Experiment>> Networks = new()
    {
        ["fitzhugh-nagumo"] = () => Layered("fitzhugh-nagumo", 0.8),
        ["two-timescale"] = () => Layered("fitzhugh-nagumo-two-timescale", 0.8),
        ["nonlinear inhibitor"] = () => Layered(Nonlinear, 1),
        ["hopfield"] = () => Layered("hopfield", 0.4),
        ["log-cosh"] = () => Layered("log-cosh"),
        ["tapered"] = () => Net([X, Fhn("a", 4), Fhn("b", 5, 0.3), Out()], [W("a", "x", 0.5), W("b", "a", 0.03), W("out", "b", 0.05)]),
        ["coupled inhibitors"] = () =>
            Net(
                [X, new("h", 5, Nonlinear), new("out", Classes, Nonlinear)],
                [W("h", "x", 0.4), new("bias", "h", Value: 1), W("out", "h", 0.1), W("out.v", "h.v", 0.1), new("bias", "out", Value: 1)]
            ),
        ["diffusing inhibitors"] = () =>
            Net(
                [X, Fhn("h", 5), Fhn("g", 5), Out()],
                [W("h", "x", 0.5), new("diffusive", "h.v", "g.v", D: 0.15), new("diffusive", "h", "g", D: 0.3), W("out", "g", 0.1)]
            ),
        ["activator-inhibitor"] = () => Net([X, Fhn("h", 5), Fhn("out", Classes)], [W("h", "x", 0.5), W("out.v", "h", 0.1)]),
        ["resistive"] = () => Resistive(5),
    };

    private static Experiment Resistive(double gain) =>
        Net(
            [X, new("rail", Values: [1]), Fhn("h", 5), new("out", 2 * Classes, "linear")],
            [
                new("differential-resistive", "h", "x", Sd: 0.5, Gain: gain),
                new("differential-resistive", "h", "rail", Sd: 0, Mean: 0.875, Gain: gain),
                new("resistive", "out", "h", Low: 0, High: 0.1),
                new("differential-resistive", "out", "rail", Sd: 0.1, Gain: gain),
            ]
        ) with
        {
            Readout = new("out", Kappa: 2, Paired: true),
        };

    public static TheoryData<string> Names => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_flow_decays_below_the_crossing_and_grows_above_it(string name)
    {
        using var subject = Subject(Networks[name]());
        var audit = StabilityAudit.Run(subject);
        output.WriteLine(audit.ToString());
        Assert.True(audit.Converged);
        Assert.True(audit.Stable);
        Assert.True(audit.FlowAgrees);
        bool inhibited = subject.Network.Populations.Any(p => p.Neuron?.Inhibitors.Count > 0);
        Assert.Equal(inhibited, double.IsFinite(audit.MaxTauRatio));
        if (!inhibited)
            return;
        // The sufficient bound is one: nothing crosses below it.
        Assert.True(audit.MaxTauRatio > 0.999 * audit.InhibitorRate / audit.ActivatorRate);
        Assert.True(audit.FlowRates.Below < 0 && audit.FlowRates.Above > 0);
    }

    [Fact]
    public void The_bound_is_exact_where_every_activator_has_one_equal_inhibitor()
    {
        // DESIGN §1: then stability is λ_max(A) < γ/τ_v, and the ratio at the crossing is known in closed form.
        using var subject = Subject(Net([X, Fhn("h", 5), Fhn("out", Classes)], [W("h", "x", 0.5), W("out", "h", 0.1)]));
        var audit = StabilityAudit.Run(subject, flow: false);
        using var single = new AuditSubject(subject.Experiment, Images(), [0]);
        var one = StabilityAudit.Run(single, flow: false);
        Assert.Equal(one.InhibitorRate / one.ActivatorRate, one.MaxTauRatio, 1e-4 * one.MaxTauRatio);
        Assert.Equal(0.8 / 0.5, audit.InhibitorRate, 1e-9);
    }

    [Fact]
    public void A_slow_inhibitor_makes_the_textbook_neuron_unstable_and_is_reported()
    {
        var e = Net(
            [X, Fhn("h", 5) with { Parameters = new Dictionary<string, double[]> { ["tau"] = [12.5] } }, Out()],
            [W("h", "x", 0.3), new("bias", "h", Value: 0.875), W("out", "h", 0.1)]
        );
        using var subject = Subject(e);
        var audit = StabilityAudit.Run(subject);
        Assert.False(audit.Stable);
        Assert.False(audit.SufficientBoundHolds);
        Assert.InRange(audit.MaxTauRatio, 0.01, 0.2);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sweeps_and_the_physical_flow_reach_the_same_rest_state(string name)
    {
        using var subject = Subject(Networks[name]());
        var audit = FlowAudit.Run(subject);
        output.WriteLine(audit.ToString());
        Assert.True(audit.Relaxation.Converged);
        // Tolerance 1e-9 over the softest slope, c₁ s ≥ 0.03.
        Assert.InRange(audit.Agreement, 0, 1e-7);
        Assert.Equal(1, audit.RestStates);
    }

    [Fact]
    public void A_bistable_network_shows_its_rest_states_to_the_flow_and_is_refused_by_sweeps()
    {
        var e = Net(
            [
                X,
                Fhn("h", 2) with
                {
                    Parameters = new Dictionary<string, double[]> { ["k"] = [1.6], ["tau"] = [0.2] },
                },
                Out(),
            ],
            [W("h", "x", 0.02), new("bias", "h", Value: 0.875), W("out", "h", 0.05)]
        );
        using var subject = new AuditSubject(e, Images(), [0, 1, 2, 3], responds: false);
        var audit = FlowAudit.Run(subject, randomStarts: 11);
        output.WriteLine(audit.ToString());
        Assert.True(audit.Relaxation.Converged);
        Assert.InRange(audit.RestStates, 2, 4);
        Assert.True(double.IsNaN(audit.Agreement));
        var refusal = Assert.Throws<ArgumentException>(() => new AuditSubject(e, Images(), [0]));
        Assert.Contains("bistable", refusal.Message);
        Assert.Contains("flow only", Assert.Throws<InvalidOperationException>(() => StabilityAudit.Run(subject)).Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_system_is_its_own_adjoint(string name)
    {
        using var subject = Subject(Networks[name]());
        var audit = SelfAdjointnessAudit.Run(subject);
        output.WriteLine(audit.ToString());
        Assert.InRange(audit.Asymmetry, 0, 1e-14);
        // Central differences, h = 1e-5: h² |f'''| ≈ 1e-10 and ε |f| / h ≈ 1e-10.
        Assert.InRange(audit.Linearisation, 0, 1e-8);
        // Five points, h = 3e-4: h⁴ ≈ 1e-14 of the fifth derivative, which is large where a response is soft; ε/h ≈ 1e-12.
        Assert.InRange(audit.Reciprocity, 0, 1e-9);
        Assert.True(audit.Holds);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(50)]
    [InlineData(500)]
    public void Currents_balance_at_every_node_of_a_resistive_network(double gain)
    {
        using var subject = Subject(Resistive(gain));
        Assert.True(KirchhoffAudit.Applies(subject.Network));
        var audit = KirchhoffAudit.Run(subject);
        output.WriteLine(audit.ToString());
        Assert.InRange(audit.Residual, 0, 1e-10);
        Assert.True(audit.LargestCurrent > 1e-3);
    }

    [Fact]
    public void Kirchhoff_covers_diffusion_of_both_fields_and_resistors_inside_a_population()
    {
        using var subject = Subject(
            Net(
                [X, Fhn("h", 5), Fhn("g", 5), Out()],
                [
                    new("resistive", "h", "x", Low: 0, High: 0.3),
                    new("resistive", "h", "h", Low: 0, High: 0.1, Name: "inside"),
                    new("diffusive", "h", "g", D: 0.3, Name: "du"),
                    new("diffusive", "h.v", "g.v", D: 0.15, Name: "dv"),
                    new("bias", "h", Value: 0.5),
                    new("resistive", "out", "g", Low: 0, High: 0.1),
                ]
            )
        );
        Assert.InRange(KirchhoffAudit.Run(subject).Residual, 0, 1e-10);
    }

    [Fact]
    public void Kirchhoff_covers_resistors_to_both_rails_and_chains_of_both_fields()
    {
        using var subject = Subject(
            Net(
                [X, Fhn("h", 5), Fhn("g", 4), Out()],
                [
                    new("differential-resistive", "h", "x", Sd: 0.4, Gain: 3),
                    new("chain-diffusive", "h", D: 0.2, Name: "du"),
                    new("chain-diffusive", "h.v", D: 0.1, Name: "dv"),
                    new("bias", "h", Value: 0.9),
                    new("rail-resistive", "g", "h", Sd: 0.2),
                    new("rail-resistive", "out", "g", Sd: 0.2),
                    new("bias", "out", Value: 0.3),
                ]
            )
        );
        Assert.True(KirchhoffAudit.Applies(subject.Network));
        var audit = KirchhoffAudit.Run(subject);
        output.WriteLine(audit.ToString());
        Assert.InRange(audit.Residual, 0, 1e-10);
        foreach (string name in (string[])["du", "dv", "h-g", "g-out"])
            Assert.True(audit.Conductances.Single(c => c.Coupling == name) is { Largest: > 0, Power: > 1e-4 });
    }

    [Fact]
    public void A_float32_contrast_of_a_resistive_network_is_within_a_thousandth_of_float64()
    {
        // Contrasts as differences times means: 0.1 % at β = 0.1, where squares of large voltages would cancel.
        var e = Resistive(500);
        using var subject = Subject(e);
        var estimator = new EstimatorOptions("centred", 0.1);
        var (wanted, _) = subject.Gradient(estimator);
        using var team = new Nagumo.Compute.WorkerTeam(1);
        using var machine = new Nagumo.Networks.Machine<float>(subject.Network, new Nagumo.Compute.Rng(e.Seed).Split("parameters"));
        using var learner = new EqProp<float>(
            machine,
            team,
            subject.Readout,
            estimator,
            new(100, 0),
            new(100, 0),
            subject.Experiment.Pixels,
            new(e.Seed),
            4
        );
        learner.Gradient(Images(), [0, 1, 2, 3], 1);
        for (int t = 0; t < wanted.Length; t++)
        {
            double error = 0,
                norm = 0;
            for (int i = 0; i < wanted[t].Length; i++)
            {
                error += Math.Pow(machine.Parameters[t].Gradients[i] - wanted[t][i], 2);
                norm += Math.Pow(wanted[t][i], 2);
            }
            output.WriteLine($"{machine.Parameters[t].Name}: {Math.Sqrt(error / norm):e1}");
            Assert.InRange(Math.Sqrt(error / norm), 0, 1e-3);
        }
    }

    [Fact]
    public void Bilinear_networks_have_no_resistors_to_audit()
    {
        using var subject = Subject(Layered("fitzhugh-nagumo"));
        Assert.False(KirchhoffAudit.Applies(subject.Network));
        Assert.Contains("resistive", Assert.Throws<ArgumentException>(() => KirchhoffAudit.Run(subject)).Message);
    }

    [Fact]
    public void Subjects_that_do_not_fit_are_refused()
    {
        var e = Layered("fitzhugh-nagumo");
        Assert.Contains("at least one sample", Assert.Throws<ArgumentException>(() => new AuditSubject(e, Images(), [])).Message);
        var other = new Nagumo.Data.Samples([1, 2], new byte[2], new Nagumo.Data.ClassTargets(Classes, new int[1]));
        Assert.Contains("2 values", Assert.Throws<ArgumentException>(() => new AuditSubject(e, other, [0])).Message);
        var classes = new Nagumo.Data.Samples([2, Pixels / 2], new byte[Pixels], new Nagumo.Data.ClassTargets(2, new int[1]));
        Assert.Contains(
            "gives 3 numbers, but 'mnist' has 2 classes",
            Assert.Throws<ArgumentException>(() => new AuditSubject(e, classes, [0])).Message
        );
    }
}
