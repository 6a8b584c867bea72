using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Kernels;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Neurons;

/// <summary>What holds for every neuron model: the list in <see cref="NeuronModels.All"/> is tested as a whole.</summary>
public sealed class NeuronTests
{
    public static TheoryData<string> Models => [.. NeuronModels.All.Select(m => m.Name)];

    private static Neuron Model(string name) => NeuronModels.All.First(m => m.Name == name);

    /// <summary>Law: the flow is −S∇h with a symmetric Hessian, and h is concave in the inhibitors, so that they stay bounded.</summary>
    [Theory, MemberData(nameof(Models))]
    public void The_system_is_its_own_adjoint(string name)
    {
        var neuron = Model(name);
        var fields = neuron.Fields;
        Gen.Double[-3, 3]
            .Array[fields.Count]
            .ForAll(
                at =>
                {
                    double Second(int i, int j) =>
                        neuron.H.Derive(fields[i]).Derive(fields[j]).Evaluate((Func<Symbol, double>)(s => Value(neuron, s, at)));
                    for (int i = 0; i < fields.Count; i++)
                    for (int j = 0; j < fields.Count; j++)
                        Assert.Equal(Second(i, j), Second(j, i), 1e-12);
                    for (int v = 1; v < fields.Count; v++)
                        Assert.True(Second(v, v) < 0);
                },
                iter: 50
            );
    }

    /// <summary>Law: without inhibitors the potential with its current never rises along the flow.</summary>
    [Theory, MemberData(nameof(Models))]
    public void An_energy_never_rises(string name)
    {
        var neuron = Model(name);
        Assert.SkipWhen(neuron.Inhibitors.Count > 0, "a saddle potential need not fall");
        using var machine = Single<double>(neuron, [0.7]);
        using State<double> s = machine.CreateState(1),
            velocity = machine.CreateState(1);
        using var ws = new Workspace<double>();
        machine.LoadConstants(s, ws);
        s.X(0, 0)[0, 0] = neuron.Box is null ? -2 : Inside(neuron, -2);
        double before = double.PositiveInfinity;
        for (int step = 0; step < 200; step++)
        {
            double u = s.X(0, 0)[0, 0],
                energy = neuron.H.Evaluate((Func<Symbol, double>)(x => Value(neuron, x, [u]))) - 0.7 * u;
            // At rest the energy moves by its rounding.
            Assert.True(energy <= before + 1e-15);
            before = energy;
            machine.Flow(s, velocity, ws);
            s.X(0, 0)[0, 0] += 0.05 * velocity.X(0, 0)[0, 0];
        }
    }

    /// <summary>Derivative: compiled forces, flow and parameter contrasts against complex steps of the potential.</summary>
    [Theory, MemberData(nameof(Models))]
    public void Kernels_are_the_derivatives_of_the_potential(string name)
    {
        var neuron = Model(name);
        var trained = neuron.Parameters.Where(p => neuron.Inhibitors.All(v => v.Tau != p)).Select(p => p.Name).ToArray();
        const double scale = 0.6;
        const int lanes = 21;
        var network = new Network([new("n", neuron, 2, scale, trained: trained, perNeuron: true)], [new Bias("n", 0.3)]);
        using var machine = new Machine<double>(network, new Rng(1));
        using State<double> s = machine.CreateState(lanes, allFields: true),
            other = machine.CreateState(lanes, allFields: true),
            into = machine.CreateState(lanes, allFields: true);
        using var ws = new Workspace<double>();
        Randomise(s, 1);
        Randomise(other, 2);
        machine.LoadConstants(s, ws);
        machine.Forces(s, into, ws);
        for (int lane = 0; lane < lanes; lane++)
        for (int f = 0; f < neuron.Fields.Count; f++)
        {
            // The bias enters the activator's force as −b.
            double expected = scale * Step(neuron, neuron.Fields[f], Fields(s, lane)) - (f == 0 ? 0.3 : 0);
            Near(expected, into.X(0, f)[1, lane]);
        }
        machine.Flow(s, into, ws);
        for (int lane = 0; lane < lanes; lane++)
        for (int f = 0; f < neuron.Fields.Count; f++)
        {
            double force = Step(neuron, neuron.Fields[f], Fields(s, lane)) - (f == 0 ? 0.3 / scale : 0);
            Near(f == 0 ? -force : force / neuron.Inhibitors[f - 1].Tau.Value, into.X(0, f)[1, lane]);
        }
        foreach (string parameter in trained)
        {
            var symbol = neuron.Parameters.First(p => p.Name == parameter);
            const double deltaBeta = 0.4;
            machine.Site(0).ParameterContrast(parameter, s.Fields(0), other.Fields(0), deltaBeta, into.X(0, 0), first: 0);
            for (int lane = 0; lane < lanes; lane++)
            {
                double Phase(double side) =>
                    scale * Step(neuron, symbol, [.. Fields(s, lane).Zip(Fields(other, lane), (m, d) => m + side * deltaBeta / 2 * d)]);
                Near((Phase(1) - Phase(-1)) / deltaBeta, into.X(0, 0)[1, lane]);
            }
        }

        void Randomise(State<double> state, ulong seed)
        {
            var rng = new Rng(seed);
            for (int f = 0; f < neuron.Fields.Count; f++)
            for (int r = 0; r < 2; r++)
            {
                rng.FillNormal(state.X(0, f).Row(r));
                foreach (ref double x in state.X(0, f).Row(r))
                    x = f == 0 ? Inside(neuron, x) : x;
            }
        }
        double[] Fields(State<double> state, int lane) => [.. neuron.Fields.Select((_, f) => state.X(0, f)[1, lane])];
        // Potentials of a few terms at arguments of a few units: at most some dozen roundings of numbers below 100.
        static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-13 * Math.Max(10, Math.Abs(expected)));
    }

    /// <summary>Agreement: the response of every model against bisection of the symbolic forces.</summary>
    [Theory, MemberData(nameof(Models))]
    public void The_response_is_what_bisection_finds(string name)
    {
        var neuron = Model(name);
        double[] drives = [0, 1e-3, -0.4, 0.875, 1, -1.7, 3, -8, 40, -300];
        var expected = drives.Select(i => Bisect(neuron, i)).ToArray();
        Check<double>(1e-12);
        Check<float>(4e-7);

        void Check<T>(double rounding)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            foreach (int lanes in new[] { 1, 19 })
            {
                using var machine = Single<T>(neuron, drives);
                using var s = machine.CreateState(lanes, allFields: true);
                using var ws = new Workspace<T>();
                machine.LoadConstants(s, ws);
                BlockSweeps.FeedForward(machine, s, ws);
                for (int i = 0; i < drives.Length; i++)
                for (int f = 0; f < neuron.Fields.Count; f++)
                for (int lane = 0; lane < lanes; lane++)
                    // Near kγ = 1 a force is flat: its root moves by more than the rounding of its value.
                    Assert.Equal(
                        expected[i][f],
                        double.CreateChecked(s.X(0, f)[i, lane]),
                        20 * rounding * Math.Max(1, Math.Abs(expected[i][f]))
                    );
            }
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Values_of_a_population_are_those_of_the_neuron(string name)
    {
        var neuron = Model(name);
        Assert.SkipWhen(neuron.Parameters.Count == 0, "the model has no parameters");
        // One neuron has every parameter 2 % lower: per-neuron values run through the warm solve, single ones through the table.
        var values = neuron.Parameters.ToDictionary(p => p.Name, p => new[] { p.Value, 0.98 * p.Value, p.Value });
        var single = neuron.Parameters.ToDictionary(p => p.Name, p => new[] { 0.98 * p.Value });
        double[] Response(Population population, int i)
        {
            using var machine = new Machine<double>(new([population], [new Bias("n", 0.6)]), new Rng(1));
            using var s = machine.CreateState(3, allFields: true);
            using var ws = new Workspace<double>();
            machine.LoadConstants(s, ws);
            BlockSweeps.FeedForward(machine, s, ws);
            return [.. neuron.Fields.Select((_, f) => s.X(0, f)[i, 2])];
        }
        void Near(double[] a, double[] b) => Assert.All(a.Zip(b), p => Assert.Equal(p.First, p.Second, 1e-12));
        Near(Response(new("n", neuron, 3, parameters: values), 1), Response(new("n", neuron, 1, parameters: single), 0));
        Near(Response(new("n", neuron, 3, parameters: values), 2), Response(new("n", neuron, 1), 0));
    }

    [Theory, MemberData(nameof(Models))]
    public void A_model_describes_itself(string name)
    {
        var neuron = Model(name);
        Assert.Matches("^[a-z-]+$", neuron.Name);
        Assert.NotEmpty(neuron.Summary);
        Assert.True(neuron.Reference == "" || neuron.Reference.Contains("doi:", StringComparison.Ordinal));
        var symbols = neuron.Fields.Concat(neuron.Parameters).ToDictionary(s => s.Name);
        Assert.Equal(neuron.H, Expr.Parse(neuron.H.ToString(), symbols.GetValueOrDefault));
        Assert.All(neuron.Parameters, p => Assert.InRange(p.Value, p.Min, p.Max));
        Assert.Equal(0, neuron.FieldIndex("u"));
        Assert.Equal(-1, neuron.FieldIndex("nothing"));
    }

    [Fact]
    public void Names_are_unique() => Assert.Distinct(NeuronModels.All.Select(m => m.Name));

    [Fact]
    public void A_value_outside_its_range_is_refused()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new FitzHughNagumo(gamma: 0));
        Assert.Contains("gamma = 0 is outside [1E-06, ∞)", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogCoshNeuron(c: double.NaN));
    }

    /// <summary>A number as it is, or in the middle half of the neuron's box: a potential need not be one outside.</summary>
    private static double Inside(Neuron neuron, double x) =>
        neuron.Box is { } box ? box.Low + (box.High - box.Low) * (0.5 + 0.25 * Math.Tanh(x)) : x;

    private static Machine<T> Single<T>(Neuron neuron, double[] drives)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var machine = new Machine<T>(new([new("n", neuron, drives.Length)], [new Bias("n")]), new Rng(1));
        for (int i = 0; i < drives.Length; i++)
            machine.Parameters[0].Values[i] = T.CreateChecked(drives[i]);
        machine.Load();
        return machine;
    }

    private static double Value(Neuron neuron, Symbol s, double[] fields) =>
        neuron.FieldIndex(s.Name) is >= 0 and var f ? fields[f] : ((Parameter)s).Value;

    private static double Step(Neuron neuron, Symbol symbol, double[] fields)
    {
        const double h = 1e-30;
        return neuron.H.Evaluate((Func<Symbol, Complex>)(s => new Complex(Value(neuron, s, fields), s == symbol ? h : 0))).Imaginary / h;
    }

    /// <summary>u by bisection of ∂h/∂u = I, every inhibitor by bisection of its own ∂h/∂v = 0 for each u.</summary>
    private static double[] Bisect(Neuron neuron, double drive)
    {
        var forces = neuron.Fields.Select(f => neuron.H.Derive(f)).ToArray();
        var x = new double[forces.Length];
        double Force(int f) => forces[f].Evaluate((Func<Symbol, double>)(s => Value(neuron, s, x)));
        double Root(double low, double high, Func<double, bool> above)
        {
            for (int i = 0; i < 100; i++)
            {
                double middle = (low + high) / 2;
                (low, high) = above(middle) ? (low, middle) : (middle, high);
            }
            return (low + high) / 2;
        }
        bool Above(double u)
        {
            x[0] = u;
            for (int f = 1; f < x.Length; f++)
            {
                int field = f;
                x[f] = Root(
                    -1e5,
                    1e5,
                    v =>
                    {
                        x[field] = v;
                        return Force(field) < 0;
                    }
                );
            }
            return Force(0) > drive;
        }
        var (low, high) = new Population("n", neuron, 1).Box is { } box ? (box.Low, box.High) : (-1e4, 1e4);
        double u = Root(low, high, Above);
        Above(u);
        x[0] = u;
        return x;
    }
}
