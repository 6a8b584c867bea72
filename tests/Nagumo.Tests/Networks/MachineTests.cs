using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Networks;

/// <summary>The machine and its relaxation against H as plain loops, for networks of every kind.</summary>
public sealed class MachineTests
{
    public static TheoryData<string> Networks => SmallNetworks.Names;

    // A few dozen products of numbers of size about one, each rounded once.
    private const double DoubleRounding = 1e-13,
        FloatRounding = 2e-5;

    [Theory, MemberData(nameof(Networks))]
    public void Sweeps_reach_a_point_where_the_naive_gradient_vanishes(string name)
    {
        Check<double>(1e-12, 1e-12 + DoubleRounding);
        Check<float>(1e-5, 1e-5 + FloatRounding);

        void Check<T>(double tolerance, double reached)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using var machine = new Machine<T>(SmallNetworks.All[name](), new Rng(3));
            using var s = machine.CreateState(19, allFields: true);
            using var images = SmallNetworks.Clamp(machine, s, new Rng(4));
            using var ws = new Workspace<T>();
            machine.LoadConstants(s, ws);
            BlockSweeps.FeedForward(machine, s, ws);
            var report = BlockSweeps.Relax(machine, s, new(500, tolerance), -1, ws);
            Assert.True(report.Converged, $"{report}");
            var naive = NaiveNetwork.Of(machine);
            foreach (int lane in new[] { 0, 7, 18 })
                Assert.InRange(naive.Residual(NaiveNetwork.Lane(machine, s, lane)), 0, reached);
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void Forces_and_residual_are_those_of_the_naive_potential(string name)
    {
        Check<double>(DoubleRounding);
        Check<float>(FloatRounding);

        void Check<T>(double rounding)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using var machine = new Machine<T>(SmallNetworks.All[name](), new Rng(5));
            using var s = machine.CreateState(5, allFields: true);
            using var force = machine.CreateState(5, allFields: true);
            using var images = SmallNetworks.Clamp(machine, s, new Rng(6));
            using var ws = new Workspace<T>();
            Randomise(machine, s, new Rng(7));
            machine.LoadConstants(s, ws);
            machine.FullResidual(s, ws);
            machine.Forces(s, force, ws);
            var naive = NaiveNetwork.Of(machine);
            foreach (int lane in new[] { 0, 4 })
            {
                var x = NaiveNetwork.Lane(machine, s, lane);
                double residual = naive.Residual(x),
                    scale = Math.Max(1, residual);
                Assert.Equal(residual, double.CreateChecked(s.LaneResidual[0, lane]), rounding * scale);
                foreach (int p in machine.Relaxed)
                    for (int f = 0; f < x[p].Length; f++)
                    for (int i = 0; i < x[p][f].Length; i++)
                        Assert.Equal(naive.Force(x, p, f, i), double.CreateChecked(force.X(p, f)[i, lane]), rounding * scale);
            }
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void The_residual_of_a_sweep_is_that_of_the_state_which_enters_it(string name)
    {
        using var machine = new Machine<double>(SmallNetworks.All[name](), new Rng(5));
        using var s = machine.CreateState(3, allFields: true);
        using var images = SmallNetworks.Clamp(machine, s, new Rng(6));
        using var ws = new Workspace<double>();
        machine.LoadConstants(s, ws);
        BlockSweeps.FeedForward(machine, s, ws);
        BlockSweeps.Relax(machine, s, new(2, 0), -1, ws);
        var naive = NaiveNetwork.Of(machine);
        double entering = Enumerable.Range(0, 3).Max(lane => naive.Residual(NaiveNetwork.Lane(machine, s, lane)));
        double measured = BlockSweeps.Relax(machine, s, new(1, 0), -1, ws).Residual;
        // Populations of the second colour are measured after the first colour moved: a bound of the same order, not the same number.
        Assert.InRange(measured, entering / 10 - DoubleRounding, 10 * entering + DoubleRounding);
    }

    [Theory, MemberData(nameof(Networks))]
    public void A_lane_does_not_depend_on_the_others_nor_on_their_number(string name)
    {
        var all = Relaxed(Enumerable.Range(0, 37).ToArray());
        foreach (int[] lanes in new int[][] { [0], [36], [3, 4, 5, 6, 7], [.. Enumerable.Range(20, 16)] })
        {
            var some = Relaxed(lanes);
            for (int i = 0; i < lanes.Length; i++)
                Assert.Equal(all[lanes[i]], some[i]);
        }

        // Each lane has its own stream of inputs.
        float[][] Relaxed(int[] lanes)
        {
            using var machine = new Machine<float>(SmallNetworks.All[name](), new Rng(3));
            using var s = machine.CreateState(lanes.Length + 3, allFields: true);
            s.Resize(lanes.Length);
            using var images = SmallNetworks.Clamp(machine, s, new Rng(4));
            int inputs = (int)images.Length / lanes.Length;
            for (int i = 0; i < lanes.Length; i++)
                new Rng(8).Split((ulong)lanes[i]).FillNormal(images.Span.Slice(i * inputs, inputs));
            using var ws = new Workspace<float>();
            machine.LoadConstants(s, ws);
            BlockSweeps.FeedForward(machine, s, ws);
            BlockSweeps.Relax(machine, s, new(4, 0, 1.1), -1, ws);
            return
            [
                .. lanes.Select(
                    (_, lane) =>
                        NaiveNetwork.Lane(machine, s, lane).SelectMany(p => p).SelectMany(f => f).Select(v => (float)v.Real).ToArray()
                ),
            ];
        }
    }

    [Fact]
    public void Over_relaxation_changes_the_way_not_the_end()
    {
        double[] End(double omega)
        {
            using var machine = new Machine<double>(SmallNetworks.All["triangle"](), new Rng(3));
            using var s = machine.CreateState(1, allFields: true);
            using var images = SmallNetworks.Clamp(machine, s, new Rng(4));
            using var ws = new Workspace<double>();
            machine.LoadConstants(s, ws);
            BlockSweeps.FeedForward(machine, s, ws);
            Assert.True(BlockSweeps.Relax(machine, s, new(500, 1e-12, omega), -1, ws).Converged);
            return [.. NaiveNetwork.Lane(machine, s, 0).SelectMany(p => p).SelectMany(f => f).Select(v => v.Real)];
        }
        var plain = End(1);
        foreach (double omega in new[] { 0.7, 1.3 })
            Assert.All(plain.Zip(End(omega)), p => Assert.Equal(p.First, p.Second, 1e-10));
    }

    [Fact]
    public void A_trace_falls_to_the_tolerance_and_the_report_counts_its_sweeps()
    {
        using var machine = new Machine<double>(SmallNetworks.All["layers"](), new Rng(3));
        using var s = machine.CreateState(4);
        using var images = SmallNetworks.Clamp(machine, s, new Rng(4));
        using var ws = new Workspace<double>();
        machine.LoadConstants(s, ws);
        BlockSweeps.FeedForward(machine, s, ws);
        var trace = new List<double>();
        var report = BlockSweeps.Relax(machine, s, new(100, 1e-10), -1, ws, trace: trace);
        Assert.Equal((trace.Count, trace[^1]), (report.Sweeps, report.Residual));
        Assert.True(trace[^1] <= 1e-10 && trace[^2] > 1e-10);
        var stopped = BlockSweeps.Relax(machine, s, new(1, 1e-300), -1, ws);
        Assert.Equal((1, 4), (stopped.Sweeps, stopped.NotConverged));
    }

    [Fact]
    public void Not_a_number_stops_at_once_and_is_reported()
    {
        using var machine = new Machine<double>(SmallNetworks.All["layers"](), new Rng(3));
        using var s = machine.CreateState(2);
        using var images = SmallNetworks.Clamp(machine, s, new Rng(4));
        images.Span[0] = double.NaN;
        using var ws = new Workspace<double>();
        machine.LoadConstants(s, ws);
        BlockSweeps.FeedForward(machine, s, ws);
        var report = BlockSweeps.Relax(machine, s, new(50, 1e-10), -1, ws);
        Assert.True(double.IsNaN(report.Residual) && report.NotConverged >= 1 && report.Sweeps == 1);
    }

    [Fact]
    public void Constants_hold_biases_inputs_and_rails()
    {
        var network = new Network(
            [Population.Clamped("x", 2), Population.Fixed("rail", [3, -2]), new("h", new Linear(), 2), new("g", new Linear(), 1)],
            [new Bilinear("h", "x", 1), new Resistive("h", "rail", 0.1, 0.5), new Bias("h", 0.25), new Bilinear("g", "h", 1)]
        );
        using var machine = new Machine<double>(network, new Rng(1));
        using var s = machine.CreateState(3);
        using var images = SmallNetworks.Clamp(machine, s, new Rng(2));
        using var ws = new Workspace<double>();
        machine.LoadConstants(s, ws);
        var (w, g) = (machine.Parameters[0].Value, machine.Parameters[1].Value);
        for (int lane = 0; lane < 3; lane++)
        {
            for (int i = 0; i < 2; i++)
            {
                double expected = 0.25 + g[i, 0] * 3 + g[i, 1] * -2 + w[i, 0] * images.Span[2 * lane] + w[i, 1] * images.Span[2 * lane + 1];
                Assert.Equal(expected, s.Constant(2, 0)[i, lane], 1e-14);
            }
            Assert.Equal(0, s.Constant(3, 0)[0, lane]);
        }
        // The load of a neuron: its leak is the neuron's own, the resistors to the rail are the coupling's.
        Assert.Equal([g[0, 0] + g[0, 1], g[1, 0] + g[1, 1]], machine.Site(2).Values.Loads(0).ToArray());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void A_bistable_neuron_is_named_unless_a_load_steadies_it(int neuron, bool loaded)
    {
        // c₁ = 1/γ − k = 1.25 − 1.5 < 0; the resistors to the rail add G = 3 × 0.1 > −c₁.
        double[] k = [1, 1, 1];
        k[neuron] = 1.5;
        Machine<float> Build() =>
            new(
                new(
                    [
                        new("h", new FitzHughNagumo(), 3, parameters: new Dictionary<string, double[]> { ["k"] = k }),
                        Population.Fixed("rail", [0, 0, 0]),
                    ],
                    loaded ? [new Resistive("h", "rail", 0.1, 0.1)] : [new Bias("h")]
                ),
                new Rng(1)
            );
        if (loaded)
            Build().Dispose();
        else
            Assert.Contains(
                $"'h', neuron {neuron}: the response is not unique (bistable)",
                Assert.Throws<ArgumentException>(Build).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void A_state_resizes_within_its_capacity_and_copies_lanes()
    {
        using var machine = new Machine<float>(SmallNetworks.All["slow inhibitor read"](), new Rng(3));
        using State<float> a = machine.CreateState(10),
            b = machine.CreateState(20);
        int h = machine.Network.IndexOf("h");
        Randomise(machine, a, new Rng(1));
        float kept = a.X(h, 0)[2, 3];
        a.Resize(4);
        Assert.Equal((4, 10, 4), (a.Lanes, a.Capacity, a.X(h, 0).Cols));
        Assert.Equal(kept, a.X(h, 0)[2, 3]);
        b.Resize(8);
        b.CopyFrom(a, 0);
        b.CopyFrom(a, 4);
        foreach (int lane in new[] { 3, 7 })
            for (int f = 0; f < 3; f++)
                Assert.Equal(a.X(h, f)[5, 3], b.X(h, f)[5, lane]);
        a.Resize(10);
        Assert.Equal(kept, a.X(h, 0)[2, 3]);
        b.Clear();
        Assert.Equal(0, b.X(h, 2)[5, 7]);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => a.Resize(11));
        Assert.Contains("11 lanes do not fit a state of 10", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.CreateState(0));
    }

    [Fact]
    public void Parameters_do_not_depend_on_the_scalar_type_nor_on_the_order_of_couplings()
    {
        var a = Population.Clamped("x", 3);
        var b = new Population("h", new Linear(), 4);
        using var one = new Machine<double>(new([a, b], [new Bilinear("h", "x", 1), new Bias("h", 2)]), new Rng(9));
        using var two = new Machine<float>(new([b, a], [new Bias("h", 2), new Bilinear("h", "x", 1)]), new Rng(9));
        Assert.Equal(one.Parameters[0].Values.ToArray().Select(v => (float)v), two.Parameters[1].Values.ToArray());
        Assert.Equal(["x-h.W", "h.bias.b"], one.Parameters.Select(p => p.Name));
    }

    private static void Randomise<T>(Machine<T> machine, State<T> s, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (int p in machine.Relaxed)
        foreach (var field in s.Fields(p))
            for (int r = 0; r < field.Rows; r++)
                foreach (ref T x in field.Row(r))
                    x = T.CreateChecked(rng.NextDouble());
    }
}
