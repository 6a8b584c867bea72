using System.Runtime.InteropServices;
using Nagumo.Kernels;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A neuron of two variables at given parameters: a flow in the plane whose every derivative comes from its kinetics.</summary>
/// <remarks>τ_u u' = F_u(u, v) + I,  τ_v v' = F_v(u, v); of a potential, F_u = −∂h/∂u and F_v = +∂h/∂v. [DESIGN §1, §2]</remarks>
public sealed class PlanarNeuron
{
    private readonly Dictionary<string, double> _parameters;
    private readonly ScalarProgram _flow,
        _jet;
    private readonly ScalarProgram? _corners;
    private readonly double[] _values;
    private Expr? _divergence;
    private RestCurve? _curve;
    private Tuple<double, CellUnits>? _units;

    /// <param name="kinetics">A neuron with exactly one inhibitor and a free activator, or two equations.</param>
    /// <param name="parameters">Values by name, within the parameters' ranges; what is not named keeps its default.</param>
    /// <exception cref="ArgumentException">Other than two variables, a box, τ = 0, or a parameter that is unknown or out of range.</exception>
    public PlanarNeuron(Kinetics kinetics, IReadOnlyDictionary<string, double>? parameters = null)
    {
        Kinetics = kinetics;
        if (kinetics.Fields is not [var u, var v])
            throw new ArgumentException(
                kinetics.Neuron is null
                    ? $"'{kinetics.Name}' has {kinetics.Fields.Count} variables ({string.Join(", ", kinetics.Fields.Select(x => x.Name))}); this analysis is for exactly two."
                : kinetics.Fields.Count == 1
                    ? $"the neuron '{kinetics.Name}' has no inhibitor, so that it can neither spike nor oscillate: choose one that has, such as fitzhugh-nagumo."
                : $"the neuron '{kinetics.Name}' has {kinetics.Fields.Count - 1} inhibitors ({string.Join(", ", kinetics.Fields.Skip(1).Select(x => x.Name))}); this analysis is for exactly one."
            );
        if (kinetics.Box is { } box)
            throw new ArgumentException(
                $"the neuron '{kinetics.Name}' confines u to [{box.Low:R}, {box.High:R}]; this analysis is for a free activator."
            );
        _parameters = kinetics.Resolve(parameters);
        (U, V) = (u, v);
        (TauU, TauV) = kinetics.TimeConstants(_parameters) is [var tauU, var tauV] ? (tauU, tauV) : default;
        // Parameters stay symbols here: all values of them share one compiled kernel.
        Symbol[] arguments = [U, V, .. kinetics.Parameters];
        _values = [0, 0, .. kinetics.Parameters.Select(p => _parameters[p.Name])];
        var (f, g) = (kinetics.Forces[0], kinetics.Forces[1]);
        Expr du = f / kinetics.Taus[0],
            dv = g / kinetics.Taus[1];
        _flow = new(arguments, [du, dv, f.Derive(U) / kinetics.Taus[0] + g.Derive(V) / kinetics.Taus[1]]);
        _jet = new(arguments, [.. ForceJet.Expressions(f, U, V), .. ForceJet.Expressions(g, U, V)]);
        Expr[] corners = [.. AllRoots.Corners(f).Concat(AllRoots.Corners(g)).Distinct()];
        Corners = corners.Length;
        _corners = corners.Length > 0 ? new(arguments, corners) : null;
        (ForceU, ForceV) = (Fixed(f), Fixed(g));
    }

    /// <summary>What moves the two variables.</summary>
    public Kinetics Kinetics { get; }

    /// <summary>Values of all parameters by name.</summary>
    public IReadOnlyDictionary<string, double> Parameters => _parameters;

    /// <summary>The activator's time constant; 1 for every neuron with a potential.</summary>
    public double TauU { get; }

    /// <summary>The inhibitor's time constant.</summary>
    public double TauV { get; }

    /// <summary>The activator's and the inhibitor's symbol.</summary>
    internal Symbol U { get; }

    /// <inheritdoc cref="U"/>
    internal Symbol V { get; }

    /// <summary>F_u and F_v, the parameters put in.</summary>
    internal Expr ForceU { get; }

    /// <inheritdoc cref="ForceU"/>
    internal Expr ForceV { get; }

    /// <summary>Its rest states at all currents, found once.</summary>
    internal RestCurve Curve => _curve ??= new(this);

    /// <summary>What counts as 1 at a current, found once for a current that comes again.</summary>
    internal CellUnits Units(double current)
    {
        var known = _units;
        if (known is null || known.Item1 != current)
            _units = known = new(current, CellUnits.Of(this, current, Curve));
        return known.Item2;
    }

    /// <summary>∂u'/∂u + ∂v'/∂v, the parameters put in.</summary>
    internal Expr Divergence => _divergence ??= ForceU.Derive(U) / TauU + ForceV.Derive(V) / TauV;

    /// <summary>So many functions of the state change their sign at the forces' corners and jumps.</summary>
    internal int Corners { get; }

    /// <summary>The values of these functions.</summary>
    internal void Conditions(double u, double v, Span<double> values)
    {
        Span<double> x = stackalloc double[_values.Length];
        Arguments(u, v, x);
        _corners!.Evaluate(x, values);
    }

    /// <summary>The same neuron with another value of a parameter.</summary>
    public PlanarNeuron With(string parameter, double value) =>
        new(Kinetics, new Dictionary<string, double>(_parameters) { [parameter] = value });

    /// <summary>All derivatives of the forces up to the third.</summary>
    internal PlanarJet Jet(double u, double v)
    {
        Span<double> x = stackalloc double[_values.Length];
        Arguments(u, v, x);
        PlanarJet jet = default;
        _jet.Evaluate(x, MemoryMarshal.Cast<PlanarJet, double>(new Span<PlanarJet>(ref jet)));
        return jet;
    }

    /// <summary>u' and v' at a current, and the divergence ∂u'/∂u + ∂v'/∂v.</summary>
    public (double U, double V, double Divergence) Velocity(double u, double v, double current)
    {
        Span<double> x = stackalloc double[_values.Length];
        Span<double> y = stackalloc double[3];
        Arguments(u, v, x);
        _flow.Evaluate(x, y);
        return (y[0] + current / TauU, y[1], y[2]);
    }

    /// <summary>An expression of u, v and the parameters with the parameters' values put in.</summary>
    internal Expr Fixed(Expr e) => e.Substitute(s => s is Parameter p && _parameters.TryGetValue(p.Name, out double x) ? (Expr)x : null);

    private void Arguments(double u, double v, Span<double> x)
    {
        _values.CopyTo(x);
        (x[0], x[1]) = (u, v);
    }
}
