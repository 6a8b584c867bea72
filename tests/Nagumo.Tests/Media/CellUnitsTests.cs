using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Media;

/// <summary>What counts as 1 for a cell: closed forms, and the same cell in other units.</summary>
public sealed class CellUnitsTests
{
    // Folds at u = ∓1, where v = k(u − u³/3) + I; at rest u = −1.19940804: F_u = 1 − u² = −0.43858, ω² = 1/12.5, G_v/τ_v = 0.064.
    [Fact]
    public void Units_of_the_textbook_neuron()
    {
        var units = CellUnits.Of(new(new FitzHughNagumo(tau: 12.5)), 0.1);
        Assert.Equal(0, units.MiddleU, 1e-12);
        Assert.Equal(0.1, units.MiddleV, 1e-12);
        Assert.Equal(1, units.U, 1e-12);
        Assert.Equal(1, units.V, 1e-12);
        Assert.Equal(1, units.T, 1e-12);
        Assert.Equal(1, units.Drive, 1e-12);

        var rest = CellUnits.Of(new(new FitzHughNagumo(tau: 12.5)), 0);
        Assert.Equal(1.19940804 * 1.19940804 - 1, rest.Fast, 2 * 1.2 * 5e-9);
        Assert.Equal(0.08 / rest.Fast, rest.Slow, 1e-12);
    }

    public static TheoryData<string, bool> Cells =>
        new()
        {
            { "u' = u - u^3/3 - v\n12.5*v' = u + 0.7 - 0.8*v", true }, // folds
            { "u' = u*(1-u)*(u-(v+0.06)/0.75)/0.02\nv' = u - v", true }, // rest states
            { "u' = u^2 - v + 0.1\n10*v' = u - v", true }, // a fold, rest states and a Hopf point
            { "u' = 1 + u^2*v - 3.5*u\nv' = 2.5*u - u^2*v", false }, // Hopf points; shifted, its terms cancel farther than roots can be told
            { "u' = -u^3 - v\nv' = u - v", true }, // a bend
            { "u' = -2*u - v\n3*v' = u", true }, // nothing
        };

    // 40 u + b, 0.01 v + d, 7 t: every length, place, time and rate goes with it. A linear cell keeps 1.
    [Theory]
    [MemberData(nameof(Cells))]
    public void In_other_units_they_are_the_same(string text, bool shifted)
    {
        const double A = 40,
            C = 0.01,
            E = 7;
        double b = shifted ? 3 : 0,
            d = shifted ? -0.02 : 0;
        var k = EquationFile.Parse(text, "cell").Kinetics;
        Symbol u = k.Fields[0],
            v = k.Fields[1];
        Expr Moved(Expr f) =>
            f.Substitute(s =>
                s == u ? (u - b) / A
                : s == v ? (v - d) / C
                : null
            );
        var moved = new Kinetics(k.Name, k.Fields, [A * Moved(k.Forces[0]), C * Moved(k.Forces[1])], [E * k.Taus[0], E * k.Taus[1]], []);
        var (plain, other) = (CellUnits.Of(new(k), 0), CellUnits.Of(new(moved), 0));
        Assert.Equal(plain.Fast / E, other.Fast, 1e-9 * other.Fast);
        Assert.Equal(plain.Slow / E, other.Slow, 1e-9 * other.Slow);
        // The ratio of lengths is that of a linear oscillation in any case.
        Assert.Equal(C / A * plain.V / plain.U, other.V / other.U, 1e-9 * other.V / other.U);
        if (text.Contains("-2*u - v", StringComparison.Ordinal))
        {
            Assert.Equal((1.0, 1.0), (plain.U, other.U));
            return;
        }
        Assert.Equal(A * plain.U, other.U, 1e-9 * other.U);
        Assert.Equal(b + A * plain.MiddleU, other.MiddleU, 1e-9 * (b + other.U));
        Assert.Equal(d + C * plain.MiddleV, other.MiddleV, 1e-9 * (Math.Abs(d) + other.V));
        Assert.Equal(E * plain.T, other.T, 1e-9 * other.T);
    }

    // One definition: a cell that is analysed and one in a medium.
    [Theory]
    [InlineData(1, 0.8, 0.7, 12.5, 0)]
    [InlineData(3, 0.2, 0.4, 2, 0.3)]
    public void A_cell_in_a_medium_has_the_units_of_the_cell_alone(double k, double gamma, double a, double tau, double current)
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(k, gamma, a, tau));
        var rest = Assert.Single(new RestCurve(neuron).At(current));
        Assert.Equal(CellUnits.Of(neuron, current), CellUnits.Of(neuron.Kinetics, neuron.Parameters, [rest.U, rest.V], current));
    }

    // u' = u(1 − u)(u − (v + b)/a)/ε of Barkley: the folds cancel, its spike measures it. Same in every unit.
    [Fact]
    public void A_cell_without_folds_is_measured_by_its_spike()
    {
        CellUnits Of(double size, double time, double origin)
        {
            Symbol u = new("u"),
                v = new("v");
            Expr x = (u - origin) / size,
                y = (v - origin) / size;
            var kinetics = new Kinetics(
                "barkley",
                [u, v],
                [x * (1 - x) * (x - (y + 0.06) / 0.75) / 0.02 * size / time, (x - y) * size / time],
                [1, 1],
                []
            );
            return CellUnits.Of(kinetics, null, [origin, origin])!;
        }
        var plain = Of(1, 1, 0);
        Assert.True(plain.MiddleU is > 0.4 and < 0.6, plain.ToString());
        Assert.InRange(plain.U, 0.2, 0.3);
        var moved = Of(10, 0.1, 30);
        Assert.Equal(30 + 10 * plain.MiddleU, moved.MiddleU, 0.05);
        Assert.Equal(10 * plain.U, moved.U, 0.05);
        Assert.Equal(0.1 * plain.T, moved.T, 0.05 * plain.T);
    }

    // Cubic of the FitzHugh form u(1 − u)(u − a): extremes at (1 + a ∓ √(1 − a + a²))/3.
    [Fact]
    public void Folds_of_a_cubic_in_closed_form()
    {
        const double A = 0.1;
        var neuron = new TextNeuron(
            "u^4/4 - (1+a)*u^3/3 + a*u^2/2 + u*v - g*v^2/2",
            new Dictionary<string, double> { ["a"] = A, ["g"] = 2 },
            new Dictionary<string, double> { ["v"] = 100 }
        );
        var units = CellUnits.Of(neuron, null, [0, 0])!;
        double root = Math.Sqrt(1 - A + A * A);
        static double F(double u) => u * (1 - u) * (u - A);
        Assert.Equal((1 + A) / 3, units.MiddleU, 1e-12);
        Assert.Equal(root / 3, units.U, 1e-12);
        Assert.Equal(0.5 * (F((1 + A - root) / 3) + F((1 + A + root) / 3)), units.MiddleV, 1e-12);
        Assert.Equal(3 / (1 - A + A * A), units.T, 1e-9);
    }

    [Fact]
    public void What_is_linear_has_no_size()
    {
        var neuron = new TextNeuron("u^2/2 + u*v - v^2/2", new Dictionary<string, double>(), new Dictionary<string, double> { ["v"] = 1 });
        Assert.Null(CellUnits.Of(neuron, null, [0, 0]));
    }
}
