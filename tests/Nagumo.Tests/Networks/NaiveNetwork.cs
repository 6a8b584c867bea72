using System.Numerics;
using Nagumo.Networks;
using Nagumo.Symbolics;
using Nagumo.Tests.Couplings;

namespace Nagumo.Tests.Networks;

/// <summary>H of a machine's network for one lane, summed neuron by neuron and term by term in double, and its gradient by complex steps.</summary>
internal sealed class NaiveNetwork
{
    private readonly Network _network;
    private readonly Complex[][][] _theta;
    private readonly Dictionary<string, double[]>[] _parameters;

    private NaiveNetwork(Network network, Complex[][][] theta, Dictionary<string, double[]>[] parameters) =>
        (_network, _theta, _parameters) = (network, theta, parameters);

    /// <summary>With the machine's present parameters.</summary>
    public static NaiveNetwork Of<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = machine.Network;
        var theta = new Complex[network.Couplings.Count][][];
        for (int c = 0; c < theta.Length; c++)
        {
            var (first, count) = machine.TensorsOf(c);
            theta[c] = [.. machine.Parameters.Skip(first).Take(count).Select(t => Doubles(t.ToArray()).Select(v => (Complex)v).ToArray())];
        }
        var parameters = network.Populations.Select(p => new Dictionary<string, double[]>(p.Parameters)).ToArray();
        for (int p = 0; p < parameters.Length; p++)
            if (!network.Populations[p].IsClamped)
                foreach (var (name, tensor) in machine.Site(p).Trained)
                    parameters[p][name] = Doubles(tensor.Values);
        return new(network, theta, parameters);

        static double[] Doubles(Span<T> values) => [.. values.ToArray().Select(double.CreateChecked)];
    }

    /// <summary>The fields of one lane of a state that stores them all, [population][field][neuron].</summary>
    public static Complex[][][] Lane<T>(Machine<T> machine, State<T> s, int lane)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [
            .. machine.Network.Populations.Select(
                (population, p) =>
                    Enumerable
                        .Range(0, population.Fields)
                        .Select(f =>
                            Enumerable.Range(0, population.Size).Select(i => (Complex)double.CreateChecked(s.X(p, f)[i, lane])).ToArray()
                        )
                        .ToArray()
            ),
        ];

    /// <summary>H(x).</summary>
    public Complex Potential(Complex[][][] x)
    {
        Complex sum = 0;
        for (int p = 0; p < x.Length; p++)
            if (!_network.Populations[p].IsClamped)
                for (int i = 0; i < _network.Populations[p].Size; i++)
                    sum += OnSite(p, i, x);
        for (int c = 0; c < _theta.Length; c++)
            sum += NaiveTerm.Of(
                _network.Couplings[c],
                _theta[c],
                [.. _network.Couplings[c].Ends.Select(_network.Locate).Select(e => x[e.Population][e.Field])]
            );
        return sum;
    }

    /// <summary>∂H/∂x of one variable.</summary>
    public double Force(Complex[][][] x, int population, int field, int neuron) =>
        NaiveTerm.Derivative(x[population][field], neuron, () => Potential(x));

    /// <summary>Largest |∂H/∂x|; a box absorbs what pushes against it.</summary>
    public double Residual(Complex[][][] x)
    {
        double worst = 0;
        for (int p = 0; p < x.Length; p++)
        for (int f = 0; f < (_network.Populations[p].IsClamped ? 0 : x[p].Length); f++)
        for (int i = 0; i < x[p][f].Length; i++)
        {
            double force = Force(x, p, f, i);
            if (f == 0 && _network.Populations[p].Neuron!.Box is { } box)
                force = x[p][f][i].Real - Math.Clamp(x[p][f][i].Real - force, box.Low, box.High);
            worst = Math.Max(worst, Math.Abs(force));
        }
        return worst;
    }

    private Complex OnSite(int p, int i, Complex[][][] x)
    {
        var population = _network.Populations[p];
        Complex Value(Symbol s)
        {
            int f = population.Neuron!.FieldIndex(s.Name);
            if (f >= 0)
                return x[p][f][i];
            double[] values = _parameters[p][s.Name];
            return values[values.Length > 1 ? i : 0];
        }
        return population.Scale * population.Neuron!.H.Evaluate((Func<Symbol, Complex>)Value);
    }
}
