using Nagumo.Relaxation;

namespace Nagumo.Tests.Relaxation;

/// <summary>The solver of rest states alone, on equations whose zeros are known.</summary>
public sealed class RestSolverTests
{
    /// <summary>x' = f(x) of every number by itself.</summary>
    private sealed class Scalar(Func<double, double> f, Func<double, double> slope, int lanes = 1, double unit = 1) : IRestEquations<double>
    {
        private readonly double[] _diagonal = new double[lanes];

        public int Size => lanes;

        public int Lanes => lanes;

        public void Residual(Span<double> x, Span<double> values, Span<double> residual)
        {
            for (int l = 0; l < lanes; l++)
                residual[l] = Math.Abs(values[l] = unit * f(x[l]));
        }

        public bool Linearise(ReadOnlySpan<double> x, double shift)
        {
            for (int l = 0; l < lanes; l++)
                _diagonal[l] = shift - unit * slope(x[l]);
            return !_diagonal.Contains(0);
        }

        public void Solve(Span<double> step)
        {
            for (int l = 0; l < lanes; l++)
                step[l] /= _diagonal[l];
        }
    }

    /// <summary>u' = u − u³: unstable at 0, which Newton finds from 0.1; the flow leads to 1.</summary>
    private static Scalar Bistable(int lanes = 1, double unit = 1) => new(u => u - u * u * u, u => 1 - 3 * u * u, lanes, unit);

    [Fact]
    public void Continuation_follows_the_flow_where_Newton_finds_the_nearest_zero()
    {
        var solver = new RestSolver<double>(Bistable());
        foreach (StepControl control in (StepControl[])[new SmallMoves(), new SwitchedSteps(0.1, 1e13, 1e-9)])
        {
            double[] x = [0.1];
            var report = solver.Transient(x, control, 1e-14, 500, cancel: TestContext.Current.CancellationToken);
            Assert.True(report.Converged, report.ToString());
            Assert.Equal(1, x[0], 1e-14);
        }
        double[] near = [0.1];
        Assert.True(solver.Newton(near, new(Tolerance: 1e-14)).Converged);
        Assert.Equal(0, near[0], 1e-14);
    }

    /// <summary>Lanes are damped and stopped on their own: each ends where it ends alone.</summary>
    [Fact]
    public void Lanes_do_not_see_each_other()
    {
        double[] starts = [0.1, 0.6, -3, 1];
        double[] together = [.. starts];
        new RestSolver<double>(Bistable(starts.Length)).Newton(together, new(Tolerance: 1e-12));
        for (int l = 0; l < starts.Length; l++)
        {
            double[] alone = [starts[l]];
            Assert.True(new RestSolver<double>(Bistable()).Newton(alone, new(Tolerance: 1e-12)).Converged);
            Assert.Equal(alone[0], together[l]);
        }
    }

    /// <summary>arctan from 10: full steps run away, damped ones arrive, in steps that do not depend on the unit of f.</summary>
    [Fact]
    public void Damping_brings_Newton_home()
    {
        Scalar Arctan(double unit) => new(Math.Atan, x => 1 / (1 + x * x), unit: unit);
        int Steps(double unit, Damping damping, bool arrives)
        {
            double[] x = [10];
            NewtonOptions options = new(100, Tolerance: 0, damping, SmallestStep: 1e-13);
            var report = new RestSolver<double>(Arctan(unit)).Newton(x, options);
            Assert.Equal(arrives, Math.Abs(x[0]) < 1e-12);
            return report.Sweeps;
        }
        Steps(1, Damping.None, arrives: false);
        Assert.Equal(Steps(1, Damping.Natural, arrives: true), Steps(Math.ScaleB(1, -600), Damping.Natural, arrives: true));
        Steps(1, Damping.Descent, arrives: true);
    }

    [Fact]
    public void A_search_that_does_not_contract_ends_where_it_began()
    {
        double[] x = [0.6];
        // Just above 1/√3, where the slope is 0, the first step leads to 5.4, and the next is more than a thousandth of it.
        var solver = new RestSolver<double>(Bistable());
        solver.Newton(x, new(Tolerance: 0, Damping: Damping.None, SmallestStep: 1e-13, Contraction: 1e-3));
        Assert.Equal(0.6, x[0]);
    }

    /// <summary>u' = 1 + u² has no rest state: every rule ends, and says so.</summary>
    [Fact]
    public void Where_nothing_rests_it_is_said()
    {
        var solver = new RestSolver<double>(new Scalar(u => 1 + u * u, u => 2 * u));
        foreach (var damping in Enum.GetValues<Damping>())
            Assert.False(solver.Newton(new double[] { 0.5 }, new(Damping: damping)).Converged);
        Assert.False(
            solver.Transient(new double[] { 0.5 }, new SmallMoves(), 1e-12, 200, cancel: TestContext.Current.CancellationToken).Converged
        );
        Assert.False(
            solver
                .Transient(new double[] { 0.5 }, new SwitchedSteps(0.1, 1e13), 1e-12, 200, cancel: TestContext.Current.CancellationToken)
                .Converged
        );
    }
}
