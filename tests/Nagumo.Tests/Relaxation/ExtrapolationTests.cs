using Nagumo.Relaxation;

namespace Nagumo.Tests.Relaxation;

/// <summary>Order, tolerance and events of the extrapolation integrator against closed forms.</summary>
public sealed class ExtrapolationTests
{
    /// <summary>u' = v, v' = −u: a rotation.</summary>
    private sealed class Rotation : IVelocity
    {
        public int Size => 2;

        public void At(ReadOnlySpan<double> x, Span<double> velocity) => (velocity[0], velocity[1]) = (x[1], -x[0]);
    }

    /// <summary>x' = −λx + λ − x², the linear part −λx implicit; rest state x² + λx = λ.</summary>
    private sealed class Stiff(double lambda) : IStiffVelocity
    {
        public int Size => 1;

        public void At(ReadOnlySpan<double> x, Span<double> velocity) => velocity[0] = -lambda * x[0] + lambda - x[0] * x[0];

        public void Solve(double h, Span<double> x) => x[0] /= 1 + h * lambda;
    }

    // The error of one step of an order-p method is O(h^(p+1)).
    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    [InlineData(4, 8)]
    [InlineData(5, 10)]
    public void Explicit_order(int columns, int order)
    {
        double Error(double h)
        {
            var flow = new Extrapolation(new Rotation(), new(0.1, 0.1, columns));
            flow.Begin([1, 0], h);
            Assert.Equal(h, flow.Step());
            return Math.Max(Math.Abs(flow.State[0] - Math.Cos(h)), Math.Abs(flow.State[1] + Math.Sin(h)));
        }
        double slope = Math.Log2(Error(1.2) / Error(0.6));
        Assert.InRange(slope, order + 1 - 0.5, order + 1 + 0.7);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Semi_implicit_order(int columns)
    {
        const double Lambda = 1;
        var reference = new Extrapolation(new Stiff(Lambda), new(1e-14, 1e-15, 8));
        double Exact(double t)
        {
            reference.Begin([0.2], 0.01);
            reference.Advance(t);
            return reference.State[0];
        }
        double Error(double h)
        {
            var flow = new Extrapolation(new Stiff(Lambda), new(0.1, 0.1, columns));
            flow.Begin([0.2], h);
            flow.Step();
            return Math.Abs(flow.State[0] - Exact(h));
        }
        double slope = Math.Log2(Error(0.04) / Error(0.02));
        Assert.InRange(slope, columns + 1 - 0.3, columns + 1 + 0.3);
    }

    // A step far beyond the explicit limit: no oscillation, and the rest state is exact whatever the step.
    [Fact]
    public void A_stiff_part_does_not_bound_the_step()
    {
        const double Lambda = 1e6;
        var flow = new Extrapolation(new Stiff(Lambda), new(1e-6, 1e-6, 4));
        flow.Begin([0]);
        flow.Advance(1000);
        double rest = (-Lambda + Math.Sqrt(Lambda * Lambda + 4 * Lambda)) / 2;
        Assert.Equal(rest, flow.State[0], 1e-9);
        Assert.True(flow.Steps < 200, $"{flow.Steps} steps");
    }

    [Fact]
    public void Tolerance_is_kept_and_a_crossing_is_found_to_rounding()
    {
        var flow = new Extrapolation(new Rotation(), ExtrapolationOptions.Precise);
        var at = new double[2];
        flow.Begin([0.3, 1]);
        double begun,
            step;
        do
        {
            begun = flow.Time;
            step = flow.Step();
        } while (flow.State[0] > 0);
        // u = 0.3 cos t + sin t vanishes at t = π − atan 0.3.
        Assert.Equal(Math.PI - Math.Atan(0.3), begun + flow.Crossing(s => s[0], step, at), 1e-13);
        flow.Begin([1, 0]);
        flow.Advance(200 * Math.PI);
        Assert.Equal(1, flow.State[0], 1e-10);
        Assert.Equal(0, flow.State[1], 1e-10);
    }

    [Fact]
    public void Runaway_is_one_clear_line()
    {
        var flow = new Extrapolation(new Stiff(0), new());
        // x' = −x² from −1 leaves every bound at t = 1.
        flow.Begin([-1]);
        var e = Assert.Throws<NotFiniteNumberException>(() => flow.Advance(2));
        Assert.Contains("runs away", e.Message);
    }

    [Fact]
    public void Steps_allocate_nothing()
    {
        var flow = new Extrapolation(new Rotation(), new());
        flow.Begin([1, 0]);
        flow.Advance(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        flow.Advance(50);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>One variable.</summary>
    private sealed class Line(Func<double, double> f) : IVelocity
    {
        public int Size => 1;

        public void At(ReadOnlySpan<double> x, Span<double> velocity) => velocity[0] = f(x[0]);
    }

    // x' = −1e5 x³ from 1: the first steps overflow, x = 1/√(1 + 2e5 t) remains.
    [Theory]
    [InlineData(1, 1e5)]
    [InlineData(1e100, 1e-195)]
    public void A_step_that_overflows_is_a_step_that_failed(double size, double rate)
    {
        var flow = new Extrapolation(new Line(x => -rate * x * x * x), new(1e-12, 1e-14, 5), [size]);
        flow.Begin([size]);
        flow.Advance(1);
        Assert.Equal(1 / Math.Sqrt(1 + 2e5), flow.State[0] / size, 1e-12);
    }

    // x' = x² from 1 is infinite at t = 1, x' = x − x⁻¹… never: both end by themselves.
    [Theory]
    [InlineData(1)]
    [InlineData(-1e-30)]
    [InlineData(1e30)]
    public void What_runs_away_escapes_in_its_own_time(double unit)
    {
        var flow = new Extrapolation(new Line(x => x * x / unit), ExtrapolationOptions.Precise, [Math.Abs(unit)]);
        flow.Begin([unit]);
        int steps = 0;
        while (flow.TryStep(out _))
            steps++;
        Assert.True(flow.HasEscaped);
        Assert.InRange(steps, 10, 10_000);
        Assert.Equal(1, flow.Time, 1e-9);
        Assert.Contains("runs away", Assert.Throws<NotFiniteNumberException>(() => flow.Step()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Exponential_growth_ends_where_numbers_end()
    {
        var flow = new Extrapolation(new Line(x => x), new());
        flow.Begin([1]);
        while (flow.TryStep(out _)) { }
        Assert.True(flow.HasEscaped);
        // ln 1.8e308.
        Assert.InRange(flow.Time, 700, 710);
    }

    [Fact]
    public void Steps_may_be_bounded_and_cancelled()
    {
        using var source = new CancellationTokenSource();
        var flow = new Extrapolation(new Line(x => -1e9 * (x - 1)), new(), cancel: source.Token) { MostSteps = 100 };
        flow.Begin([0]);
        while (flow.TryStep(out _)) { }
        Assert.False(flow.HasEscaped);
        Assert.Equal(100, flow.Steps + flow.Rejected);
        Assert.Contains("100 steps", Assert.Throws<NotFiniteNumberException>(() => flow.Step()).Message, StringComparison.Ordinal);
        var other = new Extrapolation(new Line(x => x), new(), cancel: source.Token);
        other.Begin([1]);
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => other.Step());
    }
}
