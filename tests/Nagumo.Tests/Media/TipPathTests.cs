using Nagumo.Media;

namespace Nagumo.Tests.Media;

/// <summary>How a spiral's tip moves, from paths whose turns are known.</summary>
public sealed class TipPathTests
{
    private const double Period = 37;

    /// <summary>A circle of radius 4 turned once in a period, and what it is added to.</summary>
    private static TipPath Path(double time, Func<double, (double X, double Y)> drift)
    {
        var path = new TipPath(new(0, 0, 1, 1, 1, 1, 1, 1));
        for (double t = 0; t <= time; t += 0.2)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * t / Period);
            var (x, y) = drift(t);
            path.Add(t, new(60 + 4 * cos + x, 60 + 4 * sin + y));
        }
        return path;
    }

    /// <summary>A flower: the turn's centre goes around itself, more slowly.</summary>
    private static (double X, double Y) Flower(double t, double radius, double period) =>
        (radius * Math.Cos(2 * Math.PI * t / period), radius * Math.Sin(2 * Math.PI * t / period));

    [Theory]
    [InlineData(200)]
    [InlineData(800)]
    public void A_circle_is_rigid(double time)
    {
        var path = Path(time, _ => (0, 0));
        Assert.Equal(TipMotion.Rigid, path.Motion(Period));
        Assert.Equal(time / Period, path.Turns(Period), 0.02);
    }

    // A transient that dies out, as a broken front leaves it: never called a meander, and rigid at last.
    [Theory]
    [InlineData(100, TipMotion.Unknown)]
    [InlineData(200, TipMotion.Unknown)]
    [InlineData(300, TipMotion.Unknown)]
    [InlineData(800, TipMotion.Rigid)]
    public void A_tip_that_settles_does_not_meander(double time, TipMotion motion) =>
        Assert.Equal(motion, Path(time, t => (4 * Math.Exp(-t / 90), 0)).Motion(Period));

    // Far from where it is at last, too, a tip has turned: a winding number about one place would miss most turns.
    [Theory]
    [InlineData(2, 170)]
    [InlineData(12, 700)]
    [InlineData(40, 4000)]
    public void A_flower_meanders_and_its_turns_are_counted_wherever_they_were(double radius, double period)
    {
        var path = Path(4000, t => Flower(t, radius, period));
        Assert.Equal(TipMotion.Meandering, path.Motion(Period));
        Assert.Equal(4000 / Period, path.Turns(Period), 1.0);
    }

    [Fact]
    public void A_short_flower_is_not_known_to_be_one() =>
        Assert.Equal(TipMotion.Unknown, Path(200, t => Flower(t, 2, 170)).Motion(Period));

    [Fact]
    public void No_path_has_no_motion()
    {
        var path = new TipPath(new(0, 0, 1, 1, 1, 1, 1, 1));
        Assert.Equal((TipMotion.Unknown, 0), (path.Motion(Period), path.Turns(Period)));
        // Nor have two points with a gap between them.
        foreach (double t in (double[])[0.1, 1000.3])
        {
            path.Add(t, new(60, 60));
            Assert.Equal((TipMotion.Unknown, 0), (path.Motion(Period), path.Turns(Period)));
        }
    }
}
