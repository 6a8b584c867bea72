using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Neurons;

/// <summary>Rest states in closed form.</summary>
public sealed class KnownAnswerTests
{
    // Closed forms and responses are exact to a few units in the last place.
    private const double Rounding = 1e-14;

    [Fact]
    public void FitzHugh_1961_rest_state_without_current()
    {
        // c₁u + u³/3 = −a/γ with c₁ = 1/γ − 1 = ¼: Cardano's root of u³ + ¾u + 2.625 = 0.
        double q = 2.625 / 2,
            d = Math.Sqrt(q * q + Math.Pow(0.25, 3)),
            u = Math.Cbrt(-q + d) + Math.Cbrt(-q - d);
        double[] rest = Rest(new FitzHughNagumo(), 0);
        Assert.Equal(u, rest[0], Rounding);
        Assert.Equal((u + 0.7) / 0.8, rest[1], Rounding);
        // The numbers that textbooks print, [FitzHugh 1961, doi:10.1016/S0006-3495(61)86902-6]: (1.1994, −0.6243) with his signs of u and v.
        Assert.Equal(-1.1994, rest[0], 1e-4);
        Assert.Equal(-0.6243, rest[1], 1e-4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    [InlineData(-2.3)]
    public void Two_timescale_FHN_adds_the_slow_leak_to_the_slope(double u)
    {
        // c₁ = 1/γ + 1/η − k = 1.25 + 0.25 − 1, I = c₁u + u³/3 + a/γ.
        double[] rest = Rest(new TwoTimescaleFitzHughNagumo(), 0.5 * u + u * u * u / 3 + 0.875);
        Assert.Equal([u, (u + 0.7) / 0.8, u / 4], rest, (a, b) => Math.Abs(a - b) < Rounding);
    }

    [Theory]
    [InlineData(1.1)]
    [InlineData(-0.4)]
    [InlineData(2.5)]
    public void Nonlinear_inhibitor_is_found_from_the_current_that_holds_it(double v)
    {
        // Choose v; then u = γv + δv³ − a, and I = v − k(u − u³/3).
        double u = 0.5 * v + 0.2 * v * v * v - 0.7;
        double[] rest = Rest(new NonlinearInhibitorFitzHughNagumo(), v - 0.5 * (u - u * u * u / 3));
        Assert.Equal([u, v], rest, (a, b) => Math.Abs(a - b) < 10 * Rounding);
    }

    [Theory]
    [InlineData(1, -2.5)]
    [InlineData(1, 0)]
    [InlineData(0.25, 0.7)]
    [InlineData(3, 20)]
    public void Logistic_response_is_the_sigmoid_and_tanh_response_is_tanh(double temperature, double current)
    {
        Assert.Equal(1 / (1 + Math.Exp(-current / temperature)), Rest(new Logistic(temperature), current)[0], Rounding);
        Assert.Equal(Math.Tanh(current / temperature), Rest(new TanhNeuron(temperature), current)[0], Rounding);
    }

    [Theory]
    [InlineData(40, 1 - 1.0 / (1 << 24))]
    [InlineData(-40, 1.0 / (1 << 24))]
    public void A_saturated_logistic_neuron_rests_next_to_the_edge(double current, double u) =>
        Assert.Equal(u, Rest(new Logistic(), current)[0]);

    [Theory]
    [InlineData(-2)]
    [InlineData(0.4)]
    [InlineData(9)]
    public void A_neuron_on_a_domain_of_its_own_answers_inside_it(double current)
    {
        // u log u on [0.01, 3]: u = e^(I − 1), confined.
        var neuron = new TextNeuron("u*log(u)", new Dictionary<string, double>(), box: (0.01, 3));
        Assert.Equal(Math.Clamp(Math.Exp(current - 1), 0.01, 3), Rest(neuron, current)[0], Rounding);
    }

    [Theory]
    [InlineData(-0.3, 0)]
    [InlineData(0, 0)]
    [InlineData(0.37, 0.37)]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    public void Hopfield_response_is_the_hard_sigmoid_of_Scellier_and_Bengio_2017(double current, double u) =>
        Assert.Equal([u], Rest(new Hopfield(), current));

    [Theory]
    [InlineData(0.5)]
    [InlineData(-3)]
    public void Log_cosh_response_inverts_leak_and_tanh(double u) =>
        Assert.Equal(u, Rest(new LogCoshNeuron(c: 0.25), 0.25 * u + Math.Tanh(u))[0], Rounding);

    [Fact]
    public void Linear_response_is_the_current_over_the_leak() => Assert.Equal([1.5], Rest(new Linear(2), 3));

    [Fact]
    public void A_scale_multiplies_the_potential_and_so_divides_the_current() =>
        Assert.Equal(Rest(new FitzHughNagumo(), 0.5)[0], Rest(new FitzHughNagumo(), 0.1, scale: 0.2)[0], Rounding);

    private static double[] Rest(Neuron neuron, double current, double scale = 1)
    {
        using var machine = new Machine<double>(new([new("n", neuron, 1, scale)], [new Bias("n", current)]), new Rng(1));
        using var s = machine.CreateState(1, allFields: true);
        using var ws = new Workspace<double>();
        machine.LoadConstants(s, ws);
        BlockSweeps.FeedForward(machine, s, ws);
        return [.. neuron.Fields.Select((_, f) => s.X(0, f)[0, 0])];
    }
}
