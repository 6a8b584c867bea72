using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Neurons;

namespace Nagumo.Tests.Circuits;

/// <summary>Power at rest, element by element, and what it costs to settle.</summary>
public sealed class PowerTests
{
    /// <summary>An excitable neuron at rest, calculated by hand: the diode's V·i(V), the resistor's R·i².</summary>
    [Fact]
    public void An_excitable_neuron_takes_what_was_calculated_by_hand()
    {
        var entry = Reference.Entry("circuit", "circuit.default");
        var expected = entry.GetProperty("power_excitable_std");
        double tolerance = entry.Number("tol_rel");
        using var neuron = CircuitNetwork.Neuron(new FitzHughNagumo(tau: 12.5), 0);
        neuron.Start(0, 1);
        var rest = neuron.Relax();
        Assert.True(rest.Converged, $"{rest}");
        var budget = PowerBudget.Of(neuron.Build());
        Assert.Equal(expected.Number("P_diode"), Watts(budget, "tunnel diodes"), tolerance * expected.Number("P_diode"));
        Assert.Equal(expected.Number("P_R"), Watts(budget, "branch resistors"), tolerance * expected.Number("P_R"));
        Assert.Equal(expected.Number("total"), budget.SupplyWatts, tolerance * expected.Number("total"));
        Assert.True(budget.Imbalance < 1e-9);
    }

    /// <summary>Tellegen's theorem: at rest the powers of all elements add up to zero, whatever the circuit.</summary>
    [Theory]
    [InlineData(Weights.Transconductors, InhibitorBranch.Auto)]
    [InlineData(Weights.Rails, InhibitorBranch.Gyrator)]
    public void Powers_balance(Weights weights, InhibitorBranch inhibitors)
    {
        using var network = NetlistTests.Layered();
        network.Start(0.05, 1);
        Assert.True(network.Relax().Converged);
        var circuit = network.Build(new(Weights: weights, Inhibitors: inhibitors));
        Assert.True(PowerBudget.Of(circuit).Imbalance < 1e-9);
        // Kirchhoff's current law at every node, of a circuit whose largest currents are milliamperes.
        Assert.True(OperatingPoint.Of(circuit).Imbalance < 1e-12);
    }

    [Fact]
    public void Away_from_rest_currents_do_not_add_up()
    {
        using var neuron = CircuitNetwork.Neuron(new FitzHughNagumo(), 0.2);
        neuron.Start(0.3, 1);
        Assert.True(OperatingPoint.Of(neuron.Build()).Imbalance > 1e-5);
    }

    /// <summary>A leak of 1 and a start at distance 1 from rest: within 1 % of full scale, 0.02, after ln 50 units of time.</summary>
    [Fact]
    public void Settling_time_is_that_of_an_exponential()
    {
        var units = Units.Of(TunnelDiode.LowPower);
        using var neuron = CircuitNetwork.Neuron(new Linear(1), 1);
        neuron.Start(0, 1);
        var timing = Timing.Of(neuron, units, watts: 2);
        // A step of the flow errs by a thousandth of that distance.
        Assert.Equal(Math.Log(50) * units.Time, timing.InferenceSeconds, 0.01 * units.Time);
        Assert.Equal(2 * timing.InferenceSeconds, timing.InferenceJoules, 1e-12 * timing.InferenceJoules);
        Assert.Null(timing.UpdateJoules);
    }

    [Fact]
    public void Conductances_are_the_weights()
    {
        using var network = NetlistTests.Layered();
        var circuit = network.Build(new(Weights: Weights.Rails));
        string[] rows = PowerBudget.Conductances(circuit).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        double[] weights =
        [
            .. network
                .Machine.Parameters.Where(p => p.Name.EndsWith(".W", StringComparison.Ordinal))
                .SelectMany(p => p.Values.ToArray())
                .Select(Math.Abs)
                .Order(),
        ];
        double[] listed =
        [
            .. rows.Where(r => r.StartsWith("Rk", StringComparison.Ordinal))
                .Select(r => double.Parse(r.Split(',')[3], System.Globalization.CultureInfo.InvariantCulture) / circuit.Units.Conductance)
                .Order(),
        ];
        Assert.Equal(weights.Length, listed.Length);
        for (int i = 0; i < weights.Length; i++)
            Assert.Equal(weights[i], listed[i], 1e-14);
    }

    [Fact, Trait("speed", "slow")]
    public void An_update_takes_longer_than_an_inference()
    {
        var (experiment, data) = (CircuitPresets.Get("iris-rails"), Iris.Load());
        using var trainer = new Trainer(experiment with { Epochs = 5 }, data, 1);
        while (trainer.Epoch < 5)
            trainer.TrainEpoch(null, TestContext.Current.CancellationToken);
        using var network = CircuitNetwork.Of(trainer, experiment, data.Test, 3);
        network.Start(0.05, 1);
        var timing = Timing.Of(network, Units.Of(TunnelDiode.Like1N3716), 1);
        Assert.True(timing.NudgedSeconds > 0 && timing.UpdateJoules > timing.InferenceJoules);
        // The nudge is taken back: the state is that of the free phase again.
        Assert.True(network.Residual() < 1e-9);
    }

    private static double Watts(PowerBudget budget, string name) => budget.Shares.Single(s => s.Name == name).Watts;
}
