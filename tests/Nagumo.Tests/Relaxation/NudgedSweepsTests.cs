using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;
using Nagumo.Tests.Networks;

namespace Nagumo.Tests.Relaxation;

/// <summary>Nudged phases in difference form against the same phases as states of their own.</summary>
public sealed class NudgedSweepsTests
{
    private const int Lanes = 6;

    private static readonly Dictionary<string, Func<Network>> Boxed = new()
    {
        ["box, nonlinear"] = () => Text("c*u^2/2 + logcosh(2*u)/5", new() { ["c"] = 1 }, [], new Interval(-0.2, 0.3)),
        ["box, inhibitor"] = () =>
            Text(
                "-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2",
                new() { ["k"] = 1, ["gamma"] = 0.8 },
                new() { ["v"] = 0.5 },
                new Interval(-0.5, 0.4)
            ),
        ["softplus"] = () => Text("u^2/2 + softplus(u)", [], [], null),
    };

    public static TheoryData<string, double> Cases
    {
        get
        {
            var data = new TheoryData<string, double>();
            foreach (string name in SmallNetworks.All.Keys.Concat(Boxed.Keys))
            foreach (double omega in new[] { 1, 1.2 })
                data.Add(name, omega);
            return data;
        }
    }

    /// <summary>Agreement: x + δ is the rest state that sweeps reach under the nudge's current, for every network, box and inhibitor.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void The_difference_leads_to_the_nudged_rest_state(string name, double omega)
    {
        using var machine = new Machine<double>(Build(name), new Rng(3));
        using var ws = new Workspace<double>();
        using var free = machine.CreateState(Lanes);
        using var images = SmallNetworks.Clamp(machine, free, new Rng(4));
        var options = new SweepOptions(2000, 1e-14, omega);
        Rest(free, options);

        int p = machine.Network.IndexOf("out");
        using var d = machine.CreateDifference(2 * Lanes, p);
        using var direct = machine.CreateState(2 * Lanes);
        direct.CopyFrom(free, 0);
        direct.CopyFrom(free, Lanes);
        var rng = new Rng(5);
        for (int i = 0; i < machine.Network.Populations[p].Size; i++)
        for (int lane = 0; lane < 2 * Lanes; lane++)
        {
            d.Constant(p, 0)[i, lane] = 0.3 * rng.NextNormal();
            direct.Constant(p, 0)[i, lane] += d.Constant(p, 0)[i, lane];
        }
        Assert.True(NudgedSweeps.Relax(machine, free, d, options, p, null, ws).Residual <= 1e-14);
        BlockSweeps.Relax(machine, direct, options, p, ws);
        double largest = 0;
        foreach (int q in machine.Relaxed)
            for (int f = 0; f < machine.Network.Populations[q].Fields; f++)
            for (int r = 0; r < free.X(q, f).Rows; r++)
            for (int lane = 0; lane < 2 * Lanes; lane++)
            {
                double change = d.X(q, f)[r, lane];
                largest = Math.Max(largest, q == p ? 0 : Math.Abs(change));
                Assert.Equal(direct.X(q, f)[r, lane], free.X(q, f)[r, lane % Lanes] + change, 1e-12);
            }
        // The nudge reaches beyond the readout.
        Assert.InRange(largest, 1e-4, 10);

        void Rest(State<double> s, SweepOptions sweeps)
        {
            machine.LoadConstants(s, ws);
            BlockSweeps.FeedForward(machine, s, ws);
            BlockSweeps.Relax(machine, s, sweeps, -1, ws);
        }
    }

    /// <summary>The same digits in float32 for a nudge of any size: one that is far below the rounding of the state moves it in proportion.</summary>
    [Theory, MemberData(nameof(SmallNetworks.Names), MemberType = typeof(SmallNetworks))]
    public void Float32_keeps_its_relative_precision_however_small_the_nudge(string name)
    {
        using var wide = new Machine<double>(Build(name), new Rng(3));
        using var narrow = new Machine<float>(Build(name), new Rng(3));
        double[] exact = Changes(wide, 1e-7, 300, out double size),
            small = Changes(narrow, 1e-14f, 300, out double scaled);
        double error = exact.Zip(small, (a, b) => Square(a / size - b / scaled)).Sum(),
            norm = exact.Sum(a => Square(a / size));
        // Some dozen float32 roundings of the free state and of the differences.
        Assert.InRange(Math.Sqrt(error / norm), 0, 1e-5);

        static double Square(double x) => x * x;

        static double[] Changes<T>(Machine<T> machine, T strength, int sweeps, out double size)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            using var ws = new Workspace<T>();
            using var free = machine.CreateState(Lanes);
            using var images = SmallNetworks.Clamp(machine, free, new Rng(4));
            machine.LoadConstants(free, ws);
            BlockSweeps.FeedForward(machine, free, ws);
            BlockSweeps.Relax(machine, free, new(sweeps, 0), -1, ws);
            int p = machine.Network.IndexOf("out");
            using var d = machine.CreateDifference(Lanes, p);
            var rng = new Rng(5);
            for (int i = 0; i < machine.Network.Populations[p].Size; i++)
            for (int lane = 0; lane < Lanes; lane++)
                d.Constant(p, 0)[i, lane] = strength * T.CreateChecked(rng.NextNormal());
            NudgedSweeps.Relax(machine, free, d, new(sweeps, 0), p, null, ws);
            size = double.CreateChecked(strength);
            var changes = new List<double>();
            foreach (int q in machine.Relaxed)
                for (int f = 0; f < machine.Network.Populations[q].Fields; f++)
                for (int r = 0; r < d.X(q, f).Rows && q != p; r++)
                for (int lane = 0; lane < Lanes; lane++)
                    changes.Add(double.CreateChecked(d.X(q, f)[r, lane]));
            return [.. changes];
        }
    }

    /// <summary>What nothing has moved yet does not move: after one sweep the change has gone one coupling far.</summary>
    [Fact]
    public void The_nudge_spreads_from_the_readout_one_coupling_at_a_time()
    {
        using var machine = new Machine<double>(Build("layers"), new Rng(3));
        using var ws = new Workspace<double>();
        using var free = machine.CreateState(Lanes);
        using var images = SmallNetworks.Clamp(machine, free, new Rng(4));
        machine.LoadConstants(free, ws);
        BlockSweeps.FeedForward(machine, free, ws);
        BlockSweeps.Relax(machine, free, new(50, 0), -1, ws);
        int p = machine.Network.IndexOf("out");
        using var d = machine.CreateDifference(Lanes, p);
        for (int lane = 0; lane < Lanes; lane++)
            d.Constant(p, 0)[0, lane] = 0.1;
        NudgedSweeps.Relax(machine, free, d, new(1, 0), p, null, ws);
        Assert.NotEqual(0, d.X(machine.Network.IndexOf("h2"), 0)[0, 0]);
        Assert.Equal(0, d.X(machine.Network.IndexOf("h1"), 0)[0, 0]);
        NudgedSweeps.Relax(machine, free, d, new(2, 0), p, null, ws);
        Assert.NotEqual(0, d.X(machine.Network.IndexOf("h1"), 0)[0, 0]);
    }

    private static Network Build(string name) => SmallNetworks.All.TryGetValue(name, out var build) ? build() : Boxed[name]();

    private static Network Text(
        string potential,
        Dictionary<string, double> parameters,
        Dictionary<string, double> inhibitors,
        Interval? box
    ) =>
        new(
            [Population.Clamped("x", 5), new("h", new TextNeuron(potential, parameters, inhibitors, box), 7), new("out", new Linear(), 3)],
            [new Bilinear("h", "x", 0.2), new Bilinear("out", "h", 0.1)]
        );
}
