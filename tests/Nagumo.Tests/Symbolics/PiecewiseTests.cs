using CsCheck;
using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Tests.Symbolics;

/// <summary>Roots of functions with corners and jumps, at corners, too, and wherever they are counted from.</summary>
public class PiecewiseTests
{
    private static readonly double[] Shifts = [0, 1, -2, 30, -200, 1000];

    /// <summary>The broken line through (x, y), straight beyond its ends: Σ of max(x − xᵢ, 0).</summary>
    private static Expr Line(Expr at, double[] x, double[] y)
    {
        double slope = (y[1] - y[0]) / (x[1] - x[0]);
        Expr sum = y[0] + slope * (at - x[0]);
        for (int i = 1; i < x.Length - 1; i++)
        {
            double next = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
            sum += (next - slope) * Max(at - x[i], 0);
            slope = next;
        }
        return sum;
    }

    /// <summary>Corners at 1, 2, … with heights of both signs, 0 among them; ends that rise to both sides.</summary>
    private static readonly Gen<double[]> Heights = Gen.Int[-2, 2].Array[2, 7].Select(h => h.Select(y => 0.7 * y).ToArray());

    /// <summary>The roots of the line from its corners, by hand.</summary>
    private static List<double> Roots(double[] x, double[] y)
    {
        var roots = new List<double>();
        for (int i = 0; i < x.Length; i++)
        {
            if (y[i] == 0)
                roots.Add(x[i]);
            if (i + 1 < x.Length && y[i] * y[i + 1] < 0)
                roots.Add(x[i] - y[i] * (x[i + 1] - x[i]) / (y[i + 1] - y[i]));
        }
        return roots;
    }

    private static (double[] X, double[] Y)? Polygon(double[] heights)
    {
        // Two corners at 0 in a row are a stretch.
        if (heights.Zip(heights.Skip(1)).Any(p => p is (0, 0)))
            return null;
        double[] y = [heights[0] > 0 || heights[0] == 0 && heights[1] > 0 ? 4 : -4, .. heights, heights[^1] >= 0 ? 4 : -4];
        return ([.. y.Select((_, i) => (double)i)], y);
    }

    // A cell u' = f(u) − v, v' = −v rests where f(u) = 0: exact pieces; with tanh(v) in it, which is 0 there, by intervals.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rest_states_of_a_broken_line_are_its_roots_at_every_origin(bool transcendental) =>
        Gen.Select(Heights, Gen.Int[-3, 3], Gen.Int[0, 5].Select(i => Shifts[i]))
            .ForAll(
                (heights, power, shift) =>
                {
                    if (Polygon(heights) is not var (x, y))
                        return;
                    Symbol u = new("u"),
                        v = new("v");
                    double unit = 1.7 * Math.Pow(10, power);
                    Expr f = unit * Line((u - shift * unit) / unit, x, y) - (transcendental ? Tanh(v) : v);
                    var rest = new RestCurve(new(new Kinetics("broken", [u, v], [f, -v], [1, 1], []))).At(0);
                    Assert.Equal(
                        Roots(x, y),
                        rest.Select(r => r.U / unit - shift),
                        (a, b) => Math.Abs(a - b) < 1e-12 * (10 + Math.Abs(shift))
                    );
                },
                iter: 200
            );

    [Fact]
    public void A_corner_is_crossed_touched_or_jumped_over_once()
    {
        Expr x = RandomExpr.X;
        Root[] Of(Expr f) => [.. AllRoots.Of(f, RandomExpr.X, -1e60, 1e60)];
        Assert.Equal([new(0.1, Passage.Crosses)], Of(Select(x - 0.1, 3 * (x - 0.1), x - 0.1)));
        Assert.Equal([new(0.1, Passage.Touches)], Of(Abs(x - 0.1)));
        Assert.Equal([new(0.1, Passage.Jumps)], Of(Sign(x - 0.1)));
        Assert.Equal([new(0.1, Passage.Jumps)], Of(Select(x - 0.1, 1 + x * x, x - 5)).Where(r => r.Passage == Passage.Jumps));
        // Nested cases, each cut where its own condition changes: 0 from −1 to 1, and beyond |x| − 1.
        Assert.Equal(2, Of(Max(Abs(x) - 1, 0) - 0.5).Length);
        Assert.Equal([-1.5, 1.5], Of(Max(Abs(x) - 1, 0) - 0.5).Select(r => r.At), (a, b) => Math.Abs(a - b) < 1e-14);
        // Against a smooth function: tanh 3x = |x|/2 at 0 and near 2.
        Assert.Equal(2, Of(Tanh(3 * x) - Abs(x) / 2).Length);
    }

    // Any one root left out of the list is missed by the samples' signs.
    [Fact]
    public void A_lost_root_is_refused()
    {
        Expr x = RandomExpr.X,
            f = Tanh(3 * x) - x / 2 - 0.1;
        var roots = new CheckedRoots(RandomExpr.X, 0);
        var all = roots.Of(f);
        Assert.Equal(3, all.Count);
        roots.Check(f, all, 1);
        foreach (var lost in all)
            Assert.Contains(
                "cannot be isolated",
                Assert.Throws<ArgumentException>(() => roots.Check(f, [.. all.Where(r => r != lost)], 1)).Message,
                StringComparison.Ordinal
            );
        // A pole changes the sign, and is no root.
        roots.Check(Tanh(x) / (x - 0.3) + 20, roots.Of(Tanh(x) / (x - 0.3) + 20), 1);
    }

    [Fact]
    public void A_stretch_of_rest_states_is_said()
    {
        Symbol u = new("u"),
            v = new("v");
        foreach (var tail in (Expr[])[v, Tanh(v)])
        {
            PlanarNeuron dead = new(new Kinetics("dead zone", [u, v], [Min(1 - u, Max(-1 - u, 0)) - tail, -v], [1, 1], []));
            Assert.Contains(
                "a whole stretch",
                Assert.Throws<ArgumentException>(() => new RestCurve(dead).At(0)).Message,
                StringComparison.Ordinal
            );
        }
    }
}
