using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>The local kinetics of a cell: what moves each of its variables, as expressions.</summary>
/// <remarks>
/// τ_x x' = F_x(u, v, …) + drive, for every variable x: the activator first. Of a neuron they are derived from its potential, F_u = −∂h/∂u and
/// F_v = +∂h/∂v; of a system of equations they are its right-hand sides. Analysis, rows and sheets need no more than this; what rests on a
/// potential (Equilibrium Propagation, circuits) asks for a <see cref="Neurons.Neuron"/>. The drive is the current (activators) and
/// what diffuses in, so both are counted per unit of F.
/// </remarks>
public sealed class Kinetics
{
    /// <summary>Kinetics given by their right-hand sides.</summary>
    /// <param name="name">What they are called in messages and pictures.</param>
    /// <param name="fields">The variables, the activator first.</param>
    /// <param name="forces">F_x of each variable, an expression of variables and parameters.</param>
    /// <param name="taus">τ_x of each variable: a number, or an expression of parameters.</param>
    /// <param name="parameters">All parameters that occur.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or an expression contains something else.</exception>
    public Kinetics(
        string name,
        IReadOnlyList<Symbol> fields,
        IReadOnlyList<Expr> forces,
        IReadOnlyList<Expr> taus,
        IReadOnlyList<Parameter> parameters
    )
        : this(name, null, fields, forces, taus, parameters)
    {
        if (fields.Count == 0 || forces.Count != fields.Count || taus.Count != fields.Count)
            throw new ArgumentException($"'{name}': {fields.Count} variables, {forces.Count} equations, {taus.Count} time constants.");
        foreach (var e in forces)
            if (e.Symbols.FirstOrDefault(s => !fields.Contains(s) && !parameters.Contains(s)) is { } stranger)
                throw new ArgumentException($"'{name}': '{stranger.Name}' is neither a variable nor a parameter.");
        foreach (var e in taus)
            if (e.Symbols.FirstOrDefault(s => !parameters.Contains(s)) is { } stranger)
                throw new ArgumentException($"'{name}': the time constant '{e}' contains '{stranger.Name}', which is no parameter.");
    }

    private Kinetics(
        string name,
        Neuron? neuron,
        IReadOnlyList<Symbol> fields,
        IReadOnlyList<Expr> forces,
        IReadOnlyList<Expr> taus,
        IReadOnlyList<Parameter> parameters
    ) => (Name, Neuron, Fields, Forces, Taus, Parameters) = (name, neuron, fields, forces, taus, parameters);

    /// <summary>The kinetics of a neuron: activators descend its potential, inhibitors ascend it. [DESIGN §1]</summary>
    public static Kinetics Of(Neuron neuron) =>
        new(
            neuron.Name,
            neuron,
            neuron.Fields,
            [.. neuron.Fields.Select((x, f) => f == 0 ? -neuron.H.Derive(x) : neuron.H.Derive(x))],
            [1, .. neuron.Inhibitors.Select(v => (Expr)v.Tau)],
            neuron.Parameters
        );

    /// <inheritdoc cref="Of"/>
    public static implicit operator Kinetics(Neuron neuron) => Of(neuron);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The neuron whose potential they are derived from; null when only equations are known.</summary>
    public Neuron? Neuron { get; }

    /// <summary>The interval that confines the activator; null when it is free.</summary>
    public Interval? Box => Neuron?.Box;

    /// <summary>The variables, the activator first.</summary>
    public IReadOnlyList<Symbol> Fields { get; }

    /// <summary>F_x of each variable, without drive.</summary>
    public IReadOnlyList<Expr> Forces { get; }

    /// <summary>τ_x of each variable.</summary>
    public IReadOnlyList<Expr> Taus { get; }

    /// <summary>Where a course starts, one number for each variable; null where none is stated, and it starts at rest.</summary>
    public IReadOnlyList<double>? Start { get; init; }

    /// <summary>Units by name, of variables, parameters, the time "t" and the "current"; empty where none are stated. They label what is printed and
    /// drawn: nothing is converted.</summary>
    public IReadOnlyDictionary<string, string> Units { get; init; } = new Dictionary<string, string>();

    /// <summary>What has a unit without being a variable or a parameter: the time, and the current that is added, by both its names.</summary>
    internal static IReadOnlyList<string> Unnamed { get; } = ["t", "current", "I"];

    /// <summary>What may stand as a unit: a few printing characters, since it stands on axes.</summary>
    internal static bool IsUnit(string text) => text.Length is > 0 and <= 24 && !text.Any(char.IsControl);

    /// <summary>The same kinetics with units stated.</summary>
    /// <param name="units">See <see cref="Units"/>.</param>
    /// <exception cref="ArgumentException">A name that neither a variable nor a parameter has and that is not t or current; or a unit of no or more than 24 characters.</exception>
    public Kinetics InUnits(IReadOnlyDictionary<string, string> units)
    {
        string[] names = [.. Fields.Select(x => x.Name), .. Parameters.Select(p => p.Name), .. Unnamed];
        foreach (var (name, unit) in units)
        {
            if (!names.Contains(name))
                throw new ArgumentException(
                    $"units.{Excerpt.Of(name)}: '{Name}' has no variable or parameter of this name; the time is t, the current that is added current.{Nearest.Hint(Excerpt.Of(name), names)}"
                );
            if (!IsUnit(unit))
                throw new ArgumentException($"units.{name} = '{Excerpt.Of(unit)}': give a unit of 1 to 24 characters, such as mV.");
        }
        return new(Name, Neuron, Fields, Forces, Taus, Parameters) { Start = Start, Units = units };
    }

    /// <summary>All parameters, those of the time constants too.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The index of the variable called <paramref name="field"/>; −1 when there is none.</summary>
    public int FieldIndex(string field)
    {
        for (int f = 0; f < Fields.Count; f++)
            if (Fields[f].Name == field)
                return f;
        return -1;
    }

    /// <summary>The values of all parameters: those given, checked, and the defaults of the others.</summary>
    /// <exception cref="ArgumentException">A name that no parameter has, or a value out of range.</exception>
    public Dictionary<string, double> Resolve(IReadOnlyDictionary<string, double>? given)
    {
        var values = Parameters.ToDictionary(p => p.Name, p => p.Value);
        foreach (var (name, value) in given ?? new Dictionary<string, double>())
        {
            var parameter =
                Parameters.FirstOrDefault(p => p.Name == name)
                ?? throw new ArgumentException(
                    $"'{Name}' has no parameter '{name}'.{Nearest.Hint(name, [.. Parameters.Select(p => p.Name)])}"
                );
            values[name] = parameter.Validate(value);
        }
        return values;
    }

    /// <summary>The time constants at values of the parameters.</summary>
    /// <exception cref="ArgumentException">One is not finite, or not positive: it could not be integrated in time.</exception>
    public double[] TimeConstants(IReadOnlyDictionary<string, double> values) =>
        [
            .. Taus.Select(
                (tau, f) =>
                    tau.Evaluate((Symbol s) => values[s.Name]) is var x && x > 0 && double.IsFinite(x)
                        ? x
                        : throw new ArgumentException(
                            $"{(tau is Symbol s ? s.Name : $"the time constant of {Fields[f].Name}")} = {x:R}: dynamics need a time constant > 0; 12.5 is usual for spikes."
                        )
            ),
        ];
}
