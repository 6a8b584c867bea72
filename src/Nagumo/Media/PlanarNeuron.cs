using Nagumo.Neurons;
using Nagumo.Relaxation;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A neuron with one inhibitor at given parameters: a flow in the plane whose every derivative comes from the potential.</summary>
/// <remarks>u' = −∂h/∂u + I,  τ v' = ∂h/∂v. Dimensionless; τ_u = 1. [DESIGN §1, §2]</remarks>
public sealed class PlanarNeuron
{
    private readonly Dictionary<string, double> _parameters;
    private readonly ScalarProgram _flow,
        _jet;
    private readonly double[] _values;

    /// <param name="neuron">Any model with exactly one inhibitor and a free activator.</param>
    /// <param name="parameters">Values by name, within the parameters' ranges; what is not named keeps its default.</param>
    /// <exception cref="ArgumentException">No inhibitor, more than one, a box, τ = 0, or a parameter that is unknown or out of range.</exception>
    public PlanarNeuron(Neuron neuron, IReadOnlyDictionary<string, double>? parameters = null)
    {
        Neuron = neuron;
        if (neuron.Inhibitors is not [var v])
            throw new ArgumentException(
                neuron.Inhibitors.Count == 0
                    ? $"the neuron '{neuron.Name}' has no inhibitor, so that it can neither spike nor oscillate: choose one that has, such as fitzhugh-nagumo."
                    : $"the neuron '{neuron.Name}' has {neuron.Inhibitors.Count} inhibitors ({string.Join(", ", neuron.Inhibitors.Select(i => i.Name))}); this analysis is for exactly one."
            );
        if (neuron.Box is { } box)
            throw new ArgumentException(
                $"the neuron '{neuron.Name}' confines u to [{box.Low:R}, {box.High:R}]; this analysis is for a free activator."
            );
        _parameters = neuron.Parameters.ToDictionary(p => p.Name, p => p.Value);
        foreach (var (name, value) in parameters ?? new Dictionary<string, double>())
        {
            var parameter =
                neuron.Parameters.FirstOrDefault(p => p.Name == name)
                ?? throw new ArgumentException(
                    $"'{neuron.Name}' has no parameter '{name}'.{Nearest.Hint(name, [.. neuron.Parameters.Select(p => p.Name)])}"
                );
            _parameters[name] = parameter.Validate(value);
        }
        (U, V) = (neuron.U, v);
        Tau = _parameters[v.Tau.Name];
        if (!(Tau > 0))
            throw new ArgumentException($"{v.Tau.Name} = {Tau:R}: dynamics need a time constant > 0; 12.5 is usual for spikes.");
        var h = neuron.H;
        Expr hu = h.Derive(U),
            hv = h.Derive(V);
        // Parameters stay symbols here: all values of them share one compiled kernel.
        Symbol[] arguments = [U, V, .. neuron.Parameters];
        _values = [0, 0, .. neuron.Parameters.Select(p => _parameters[p.Name])];
        _flow = new(arguments, [-hu, hv / v.Tau, hv.Derive(V) / v.Tau - hu.Derive(U)]);
        _jet = new(arguments, PotentialJet.Expressions(h, U, V));
        Potential = Fixed(h);
    }

    /// <summary>The model.</summary>
    public Neuron Neuron { get; }

    /// <summary>Values of all parameters by name.</summary>
    public IReadOnlyDictionary<string, double> Parameters => _parameters;

    /// <summary>The inhibitor's time constant.</summary>
    public double Tau { get; }

    /// <summary>The activator's and the inhibitor's symbol.</summary>
    internal Symbol U { get; }

    /// <inheritdoc cref="U"/>
    internal Symbol V { get; }

    /// <summary>h(u, v), the parameters put in.</summary>
    internal Expr Potential { get; }

    /// <summary>The same neuron with another value of a parameter.</summary>
    public PlanarNeuron With(string parameter, double value) =>
        new(Neuron, new Dictionary<string, double>(_parameters) { [parameter] = value });

    /// <summary>All derivatives of the potential up to the fourth.</summary>
    internal unsafe PotentialJet Jet(double u, double v)
    {
        double* x = stackalloc double[_values.Length];
        Arguments(u, v, x);
        PotentialJet jet;
        _jet.Evaluate(x, (double*)&jet);
        return jet;
    }

    /// <summary>u' and v' at a current, and the divergence ∂u'/∂u + ∂v'/∂v.</summary>
    public unsafe (double U, double V, double Divergence) Velocity(double u, double v, double current)
    {
        double* x = stackalloc double[_values.Length];
        double* y = stackalloc double[3];
        Arguments(u, v, x);
        _flow.Evaluate(x, y);
        return (y[0] + current, y[1], y[2]);
    }

    /// <summary>An expression of u, v and the parameters with the parameters' values put in.</summary>
    internal Expr Fixed(Expr e) => e.Substitute(s => s is Parameter p && _parameters.TryGetValue(p.Name, out double x) ? (Expr)x : null);

    private unsafe void Arguments(double u, double v, double* x)
    {
        _values.CopyTo(new Span<double>(x, _values.Length));
        (x[0], x[1]) = (u, v);
    }

    /// <summary>The flow at a current, with the time integral of its divergence as third variable.</summary>
    internal sealed class Flow(PlanarNeuron neuron, double current) : IVelocity
    {
        public int Size => 3;

        public void At(ReadOnlySpan<double> x, Span<double> velocity) =>
            (velocity[0], velocity[1], velocity[2]) = neuron.Velocity(x[0], x[1], current);
    }
}
