using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Networks;

/// <summary>One rest state for every drive, also where the inhibitor cannot be eliminated.</summary>
public sealed class UniquenessTests
{
    private static string Refusal(
        string potential,
        Interval? box = null,
        IReadOnlyList<Coupling>? more = null,
        params (string Name, double Value)[] parameters
    ) => Assert.Throws<ArgumentException>(() => Build(potential, box, more, parameters).Dispose()).Message;

    private static Machine<double> Build(
        string potential,
        Interval? box = null,
        IReadOnlyList<Coupling>? more = null,
        params (string Name, double Value)[] parameters
    )
    {
        var neuron = new TextNeuron(
            potential,
            parameters.ToDictionary(p => p.Name, p => p.Value),
            potential.Contains('v') ? new Dictionary<string, double> { ["v"] = 0.5 } : null,
            box
        );
        return new(new([Population.Clamped("x", 3), new("h", neuron, 4)], [new Bilinear("h", "x", 0.5), .. more ?? []]), new Rng(1));
    }

    // −k(u²/2 − u⁴/12) + uv − γv²/2 − δv⁴/4: dI/du = k(u² − 1) + 1/(γ + 3δv²) along u = γv + δv³ − a. With a = 0 it is 1/γ − k at u = 0.
    private const string Stiffening = "-k*(u^2/2 - u^4/12) + u*v - g*v^2/2 - d*v^4/4";

    [Theory]
    [InlineData(1.3, 0.8)]
    [InlineData(2.1, 0.5)]
    public void A_bistable_neuron_with_a_nonlinear_inhibitor_is_refused(double k, double gamma) =>
        Assert.Contains("not unique (bistable)", Refusal(Stiffening, parameters: [("k", k), ("g", gamma), ("d", 0.2)]));

    [Fact]
    public void Its_rule_is_that_of_the_reduced_slope_along_the_inhibitor()
    {
        // The least slope along v(u), sampled by itself: where it is positive the neuron is taken, otherwise refused.
        foreach (double k in (double[])[0.3, 0.5, 0.8, 1.1, 1.5])
        foreach (double d in (double[])[0.01, 0.2, 3])
        {
            double least = Enumerable
                .Range(-4000, 8001)
                .Select(i => i * 1e-3)
                .Min(v =>
                {
                    double u = 0.5 * v + d * v * v * v;
                    return k * (u * u - 1) + 1 / (0.5 + 3 * d * v * v);
                });
            if (Math.Abs(least) < 1e-3)
                continue;
            (string, double)[] parameters = [("k", k), ("g", 0.5), ("d", d)];
            if (least > 0)
                Build(Stiffening, parameters: parameters).Dispose();
            else
                Assert.Contains("bistable", Refusal(Stiffening, parameters: parameters));
        }
    }

    [Fact]
    public void It_does_not_depend_on_where_u_is_counted_from() =>
        Assert.Contains("bistable", Refusal("-1.5*((u+65)^2/2 - (u+65)^4/12) + (u+65)*v - v^2/2 - v^4/2"));

    [Fact]
    public void A_dip_between_samples_is_found()
    {
        // The slope is 1 + 1/(1 + 3v²) but for a well of width 1e-3 about u = 7.013.
        Assert.Contains("near u = 7.01", Refusal("u^2/2 - 0.002*logcosh(1000*(u - 7.013)) + u*v - v^2/2 - v^4/4"));
        Assert.Contains("near u = 7.01", Refusal("u^2/2 - 0.002*logcosh(1000*(u - 7.013))"));
    }

    [Theory]
    [InlineData("u^2/2 + u*v + v^4/4", "'v' is not held back")]
    [InlineData("u^2/2 + u*v + v^2/2 - v^4/4", "'v' is not held back")]
    [InlineData("u^2/2 + u*v", "'v' is not held back")]
    [InlineData("u^2/2 + u*v - logcosh(v)", "'v' runs away")]
    [InlineData("u^2/2 + u*v - exp(v) + v", "'v' runs away")]
    public void An_inhibitor_that_leaves_is_named(string potential, string said) => Assert.Contains(said, Refusal(potential));

    [Fact]
    public void One_that_saturates_runs_away_once_couplings_drive_it()
    {
        // tanh v answers every u of the box, but no drive beyond 1.
        Interval box = new(-0.5, 0.5);
        Build("u^2 + u*v - logcosh(v)", box).Dispose();
        Assert.Contains("couplings drive it", Refusal("u^2 + u*v - logcosh(v)", box, [new Bilinear(new("h", "v"), "x", 0.5, "drive")]));
    }

    [Theory]
    [InlineData("u^2/2 + u*v - v^2/2 - v^4/4")]
    [InlineData("u^2/2 + u*v - exp(v) + v - v^2/2")]
    [InlineData("u^2/2 + u*v - v^2/2 - logcosh(3*v)")]
    public void One_that_stays_is_taken(string potential) => Build(potential).Dispose();

    [Fact]
    public void A_load_makes_a_bistable_neuron_unique()
    {
        // 1/γ − k = −0.3 at u = 0; three resistors of at least 0.2 each more than make up for it.
        (string, double)[] parameters = [("k", 1.55), ("g", 0.8), ("d", 0.001)];
        Refusal(Stiffening, parameters: parameters);
        Build(Stiffening, more: [new Resistive("h", "x", 0.2, 0.3, "load")], parameters: parameters).Dispose();
    }

    [Fact]
    public void Loads_may_supply_the_whole_slope()
    {
        Assert.Contains("add a load", Refusal("0*u^2"));
        using var machine = Build("0*u^2", more: [new Resistive("h", "x", 0.2, 0.3, "load")]);
        Assert.NotNull(machine);
    }

    [Fact]
    public void An_inhibitor_that_u_does_not_drive_is_taken() =>
        // c w − s w²/2 − s w⁴/4: w is a constant, and there is no line from it to u.
        Build("u^2/2 + 0.1*v - 0.2*v^2 - 0.1*v^4").Dispose();

    [Theory]
    [InlineData("u*log(u)")]
    // 1/u is the slope of log u on both sides of 0: it is the force that is no number.
    [InlineData("u*log(u) + u*v - v^2/2 - v^4/8")]
    // Nothing is wrong with its curvature, but with how it is computed: e⁷²⁶ is no number.
    [InlineData("log(2 + exp(u)) + u^2/8")]
    public void A_potential_without_a_number_somewhere_is_named(string potential) =>
        Assert.Contains("or its formula overflows. Give it a box", Refusal(potential));

    [Fact]
    public void Softplus_is_taken_however_it_is_written() => Build("log(1 + exp(u)) + u^2/8").Dispose();
}
