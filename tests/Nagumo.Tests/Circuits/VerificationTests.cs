using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Neurons;

namespace Nagumo.Tests.Circuits;

/// <summary>Circuits in ngspice against our own rest states and limit cycles.</summary>
public sealed class VerificationTests
{
    public static TheoryData<string> Models => [.. NeuronModels.All.Where(n => n.Box is null).Select(n => n.Name)];

    [Theory, MemberData(nameof(Models))]
    public void Every_model_settles_where_we_do(string name)
    {
        var ngspice = Reference.Ngspice();
        foreach (var inhibitors in Enum.GetValues<InhibitorBranch>())
        {
            using var neuron = CircuitNetwork.Neuron(NeuronModels.All.First(n => n.Name == name), 0.3);
            neuron.Start(0.3, 1);
            Agrees(Verification.Of(neuron, new(Inhibitors: inhibitors), ngspice: ngspice));
        }
    }

    [Theory]
    // Bistable, and started 0.0117 below its saddle, which it leaves at the rate k; the side by SciPy's Radau (rtol 1e-10, u = -0.010751670182290632,
    // v = 0 at t = 0), the state by the roots of k(u − u³/3) = (u + a)/γ. [SciPy 1.x solve_ivp; NumPy roots]
    [InlineData(1e2, -1.7256048381620221)]
    [InlineData(1e3, -1.7314058187011276)]
    [InlineData(1e4, -1.7319863048216821)]
    public void A_start_that_leaves_its_saddle_fast_stays_on_its_side(double k, double u)
    {
        using var neuron = CircuitNetwork.Neuron(new FitzHughNagumo(), 0, new Dictionary<string, double> { ["k"] = k });
        neuron.Start(0.05, 1);
        var v = Verification.Of(neuron, ngspice: Reference.Ngspice());
        Agrees(v);
        Assert.Equal(u, v.Fields.Single(f => f.Field == "u").Circuit, 1e-9);
    }

    [Theory]
    // A force with a product of activator and inhibitor, a nonlinear inhibitor, a saturating one, two time scales with unequal gains.
    [InlineData("u^4/4 + u*v*0.7 - v^2/2 + 0.3*u^2*v - 0.2*v", 0.5)]
    [InlineData("u^2/2 + tanh(u)*v - v^2/2 - v^4/4", 2.0)]
    [InlineData("logcosh(u) + 0.2*u^2 - 2*u*v - v^2/3 + 0.5*v", 1.0)]
    public void A_neuron_given_as_text_settles_where_we_do(string potential, double tau)
    {
        using var neuron = CircuitNetwork.Neuron(
            new TextNeuron(potential, new Dictionary<string, double>(), new Dictionary<string, double> { ["v"] = tau }),
            0.4
        );
        neuron.Start(0.1, 2);
        Agrees(Verification.Of(neuron, ngspice: Reference.Ngspice()));
    }

    /// <summary>Three textbook neurons that fire: the residual never falls, and three runs of ngspice, not seven, are enough to know.</summary>
    [Fact]
    public void A_chain_that_oscillates_is_told_from_one_that_settles()
    {
        Ngspice ngspice = Reference.Ngspice();
        var diffusion = new Dictionary<string, double> { ["u"] = 1 };
        using var fires = CircuitNetwork.Chain(new FitzHughNagumo(), 3, diffusion, 0.5, new Dictionary<string, double> { ["tau"] = 12.5 });
        fires.Start(0.05, 1);
        var v = Verification.Of(fires, ngspice: ngspice);
        Assert.True(v.Circuit.Oscillates);
        Assert.Equal((3, false, false), (v.Circuit.Runs, v.Circuit.IsSettled, v.Agrees));

        // A rest state with a slow inhibitor is reached in one run, as long as the inhibitor asks.
        using var slow = CircuitNetwork.Chain(
            new TwoTimescaleFitzHughNagumo(),
            3,
            diffusion,
            0,
            new Dictionary<string, double> { ["tau_w"] = 1000 }
        );
        slow.Start(0.05, 1);
        v = Verification.Of(slow, ngspice: ngspice);
        Assert.Equal((1, false, true), (v.Circuit.Runs, v.Circuit.Oscillates, v.Agrees));
    }

    [Theory]
    [InlineData("1n3716")]
    [InlineData("low-power")]
    public void The_textbook_cycle_has_our_period_and_the_reference_s(string device)
    {
        var entry = Reference.Entry("circuit", "circuit.default");
        var units = Units.Of(TunnelDiode.Named(device));
        using var neuron = CircuitNetwork.Neuron(new FitzHughNagumo(tau: 12.5), 0.5);
        neuron.Start(0, 1);
        Assert.True(neuron.Oscillates());
        var v = CycleVerification.Of(neuron, new(units), Reference.Ngspice());
        Assert.True(v.Agrees, $"{v}");
        // The period by DOP853 and Newton on a Poincaré section; ours by lines between Runge–Kutta steps of 0.01.
        Assert.Equal(39.47441498, v.Ours.Period, 1e-6);
        if (device == "1n3716")
            Assert.Equal(entry.GetProperty("limit_cycle").Number("period_s"), v.Circuit.Period * units.Time, 1e-4 * 1.83e-6);
    }

    [Theory]
    [InlineData(VerifyFrom.Start)]
    [InlineData(VerifyFrom.Rest)]
    public void A_chain_of_100_forms_our_pattern(VerifyFrom from)
    {
        using var chain = CircuitNetwork.Chain(NetlistTests.TuringNeuron, 100, new Dictionary<string, double> { ["u"] = 1, ["v"] = 9 });
        chain.Start(0.05, 1);
        var v = Verification.Of(chain, from: from, ngspice: Reference.Ngspice());
        Agrees(v);
        // A pattern, not the flat state.
        double[] u = [.. v.Fields.Where(f => f.Field == "u").Select(f => f.Circuit)];
        Assert.True(u.Max() - u.Min() > 1);
    }

    [Fact, Trait("speed", "slow")]
    public void A_chain_of_1000_forms_our_pattern()
    {
        using var chain = CircuitNetwork.Chain(NetlistTests.TuringNeuron, 1000, new Dictionary<string, double> { ["u"] = 1, ["v"] = 9 });
        chain.Start(0, 1, mode: 170);
        var v = Verification.Of(chain, ngspice: Reference.Ngspice());
        Agrees(v);
        double[] u = [.. v.Fields.Where(f => f.Field == "u").Select(f => f.Circuit)];
        Assert.Equal(170, Enumerable.Range(1, u.Length - 1).Count(i => Math.Sign(u[i] + 0.2) != Math.Sign(u[i - 1] + 0.2)));
    }

    /// <summary>The reference's own chain: its start, its 17 half waves, and its netlist run beside ours.</summary>
    [Fact]
    public void The_reference_chain_ends_where_ours_does()
    {
        var ngspice = Reference.Ngspice();
        string text = Reference.Text("b_gyr100.cir");
        var units = Units.Of(TunnelDiode.Like1N3716);
        using var chain = CircuitNetwork.Chain(NetlistTests.TuringNeuron, 100, new Dictionary<string, double> { ["u"] = 1, ["v"] = 9 });
        double[] start = chain.Fields();
        foreach (string line in text.Split('\n').Where(l => l.StartsWith(".ic", StringComparison.Ordinal)))
        {
            string[] parts = line.Split('(', ')', '=');
            int i = int.Parse(parts[1][1..], System.Globalization.CultureInfo.InvariantCulture);
            double volts = double.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture);
            start[parts[1][0] == 'n' ? i : 100 + i] = (volts - (parts[1][0] == 'n' ? units.Middle : 0)) / units.Span;
        }
        chain.SetFields(start);
        var v = Verification.Of(chain, ngspice: ngspice);
        Agrees(v);
        double[] u = [.. v.Fields.Where(f => f.Field == "u").Select(f => f.Circuit)];
        Assert.Equal(17, Enumerable.Range(1, 99).Count(i => Math.Sign(u[i] - u.Average()) != Math.Sign(u[i - 1] - u.Average())));
        string[] nodes = [.. Enumerable.Range(0, 100).Select(i => $"v(n{i})")];
        var (netlist, end) = Reference.Runnable(text, nodes);
        var run = ngspice.Run(netlist, end, nodes);
        for (int i = 0; i < 100; i++)
            Assert.Equal(units.Middle + units.Span * u[i], run.Result.Last[nodes[i]], 1e-6 * units.FullScale);
    }

    [Theory]
    [InlineData(Weights.Transconductors)]
    [InlineData(Weights.Rails)]
    public void The_reference_network_settles_at_the_reference_s_rest_state(Weights weights)
    {
        var entry = Reference.Entry("net", "net.c_seed0");
        using var network = NetlistTests.Layered();
        network.Start(0.05, 1);
        var v = Verification.Of(network, new(Weights: weights), ngspice: Reference.Ngspice());
        Agrees(v);
        foreach (var (field, key) in (IEnumerable<(string, string)>)[("u", "rest_u"), ("v", "rest_v")])
        {
            double[] expected = entry.Numbers(key),
                ours = [.. v.Fields.Where(f => f.Field == field).Select(f => f.Ours)];
            for (int i = 0; i < 50; i++)
                Assert.Equal(expected[i], ours[i], entry.Number("tol_abs"));
        }
    }

    /// <summary>Three FHN layers, 63 neurons, trained by Equilibrium Propagation.</summary>
    [Theory, Trait("speed", "slow")]
    [InlineData("iris-fhn", Weights.Transconductors, Inputs.Sources)]
    [InlineData("iris-fhn", Weights.Rails, Inputs.Currents)]
    [InlineData("iris-rails", Weights.Transconductors, Inputs.Sources)]
    [InlineData("iris-rails", Weights.Transconductors, Inputs.Currents)]
    public void A_trained_network_settles_where_we_do(string preset, Weights weights, Inputs inputs)
    {
        var ngspice = Reference.Ngspice();
        var (experiment, data) = (CircuitPresets.Get(preset), Iris.Load());
        using var trainer = new Trainer(experiment, data, 1);
        while (trainer.Epoch < experiment.Epochs)
            trainer.TrainEpoch(null, TestContext.Current.CancellationToken);
        Assert.True(trainer.Evaluate(data.Test, [.. Enumerable.Range(0, data.Test.Count)]).ErrorPercent <= 10);
        using var network = CircuitNetwork.Of(trainer, experiment, data.Test, 17);
        Assert.Equal(63, network.Neurons);
        network.Start(0.05, 1);
        Agrees(Verification.Of(network, new(Weights: weights, Inputs: inputs), ngspice: ngspice));
        if (preset == "iris-fhn" && weights == Weights.Transconductors)
            Nudged(network, ngspice);
    }

    /// <summary>The nudge sources of the netlist do what the nudge does to our own rest state.</summary>
    private static void Nudged(CircuitNetwork network, Ngspice ngspice)
    {
        // The sample is fitted well, its cost has almost no slope left: a strong nudge makes up for it.
        double[] nudges = network.Nudges(50);
        var circuit = network.Build(nudges: nudges);
        var run = ngspice.Run(circuit, Transient.Settling(400));
        double[] free = network.Fields();
        network.Inject(nudges, +1);
        Assert.True(network.Relax().Converged);
        double[] ours = network.Fields();
        circuit.Read(run.Result.Last, network.State);
        double moved = free.Zip(ours, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(moved > 1e-3, $"the nudge moves nothing: {moved}");
        Assert.True(ours.Zip(network.Fields(), (a, b) => Math.Abs(a - b)).Max() < 1e-7 * moved);
    }

    private static void Agrees(Verification v) =>
        Assert.True(v.Agrees, $"{v.Title}: error {v.LargestError} at {v.Worst}; ours {v.Ours}; ngspice {v.Circuit}");
}
