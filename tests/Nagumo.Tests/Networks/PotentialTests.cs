using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Tests.Couplings;

namespace Nagumo.Tests.Networks;

/// <summary>H of whole networks: the sum of independently written terms, and what the forces are derivatives of.</summary>
public sealed class PotentialTests
{
    [Theory, MemberData(nameof(SmallNetworks.Names), MemberType = typeof(SmallNetworks))]
    public void Is_the_sum_of_the_terms(string name)
    {
        using var machine = new Machine<double>(SmallNetworks.All[name](), new Rng(3));
        using var s = Random(machine, 11);
        using var images = SmallNetworks.Clamp(machine, s, new Rng(5));
        double[] potential = machine.Potential(s);
        for (int lane = 0; lane < s.Lanes; lane++)
        {
            double sum = 0,
                size = 0;
            void Add(double term) => (sum, size) = (sum + term, size + Math.Abs(term));
            for (int p = 0; p < machine.Network.Populations.Count; p++)
            {
                var population = machine.Network.Populations[p];
                for (int i = 0; !population.IsClamped && i < population.Size; i++)
                    Add(
                        population.Scale
                            * population.Neuron!.H.Evaluate(symbol =>
                            {
                                int f = population.Neuron.Fields.ToList().IndexOf(symbol);
                                if (f >= 0)
                                    return s.X(p, f)[i, lane];
                                var values = population.Parameters[symbol.Name];
                                return values[values.Length > 1 ? i : 0];
                            })
                    );
            }
            for (int c = 0; c < machine.Network.Couplings.Count; c++)
            {
                var ends = machine.Ends(c).ToArray();
                var theta = machine
                    .Parameters.Skip(machine.TensorsOf(c).First)
                    .Take(machine.TensorsOf(c).Count)
                    .Select(t => t.ToArray().Select(v => (System.Numerics.Complex)v).ToArray())
                    .ToArray();
                var x = ends.Select(e =>
                        Enumerable
                            .Range(0, machine.Network.Populations[e.Population].Size)
                            .Select(i => (System.Numerics.Complex)s.X(e.Population, e.Field)[i, lane])
                            .ToArray()
                    )
                    .ToArray();
                Add(NaiveTerm.Of(machine.Network.Couplings[c], theta, x).Real);
            }
            Assert.Equal(sum, potential[lane], 1e-12 * Math.Max(1, size));
        }
    }

    /// <summary>Five-point differences in every field of every neuron.</summary>
    [Theory, MemberData(nameof(SmallNetworks.Names), MemberType = typeof(SmallNetworks))]
    public void Forces_are_its_derivatives(string name)
    {
        using var machine = new Machine<double>(SmallNetworks.All[name](), new Rng(3));
        using State<double> s = Random(machine, 11),
            forces = machine.CreateState(s.Lanes, allFields: true);
        using var images = SmallNetworks.Clamp(machine, s, new Rng(5));
        using var ws = new Workspace<double>();
        machine.LoadConstants(s, ws);
        machine.Forces(s, forces, ws);
        const double h = 1e-3;
        foreach (int p in machine.Relaxed)
            for (int f = 0; f < s.Fields(p).Length; f++)
            for (int i = 0; i < s.X(p, f).Rows; i += Math.Max(1, s.X(p, f).Rows / 4))
            {
                double[] At(double step)
                {
                    for (int lane = 0; lane < s.Lanes; lane++)
                        s.X(p, f)[i, lane] += step;
                    double[] potential = machine.Potential(s);
                    for (int lane = 0; lane < s.Lanes; lane++)
                        s.X(p, f)[i, lane] -= step;
                    return potential;
                }
                double[] a = At(-2 * h),
                    b = At(-h),
                    c = At(h),
                    d = At(2 * h);
                for (int lane = 0; lane < s.Lanes; lane++)
                    // Rounding ε H/h with H below 1000, truncation h⁴.
                    Assert.Equal((a[lane] - 8 * b[lane] + 8 * c[lane] - d[lane]) / (12 * h), forces.X(p, f)[i, lane], 1e-8);
            }
    }

    [Fact]
    public void A_state_without_all_fields_is_refused_by_name()
    {
        using var machine = new Machine<double>(SmallNetworks.All["layers"](), new Rng(3));
        using var s = machine.CreateState(1);
        using var images = SmallNetworks.Clamp(machine, s, new Rng(5));
        Assert.Contains(
            "inhibitors of 'h1': create it with allFields: true",
            Assert.Throws<ArgumentException>(() => machine.Potential(s)).Message
        );
    }

    private static State<double> Random(Machine<double> machine, ulong seed)
    {
        var rng = new Rng(seed);
        var s = machine.CreateState(2, allFields: true);
        foreach (int p in machine.Relaxed)
            for (int f = 0; f < s.Fields(p).Length; f++)
            for (int i = 0; i < s.X(p, f).Rows; i++)
            for (int lane = 0; lane < s.Lanes; lane++)
                // Inside every box.
                s.X(p, f)[i, lane] = 0.1 + 0.8 * rng.NextDouble();
        return s;
    }
}
