using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>Ordinary differential equations x_i' = f_i(x; θ), kept as expressions: what <see cref="EquationFile"/> reads.</summary>
/// <remarks>
/// Autonomous, in whatever units the text uses. A parameter that is an expression of others follows them; a quantity that is an expression of
/// variables is written into the equations that use it. Immutable: <see cref="With"/> gives the system with other parameters.
/// </remarks>
public sealed class EquationSystem
{
    private readonly IReadOnlyList<Equation> _equations;
    private readonly IReadOnlyList<Definition> _definitions;
    private readonly IReadOnlyList<Definition> _start;

    internal EquationSystem(
        string name,
        IReadOnlyList<Equation> equations,
        IReadOnlyList<Definition> definitions,
        IReadOnlyList<Definition> start,
        IReadOnlyList<(int Q, int P)> pairs,
        IReadOnlyDictionary<string, string> units
    )
    {
        (Name, _equations, _definitions, _start, Pairs, Units) = (name, equations, definitions, start, pairs, units);
        Variables = [.. equations.Select(e => e.Variable)];
        var resolved = new Resolver(name, definitions);
        Parameters = resolved.Parameters;
        Rates = [.. equations.Select(e => Rate(e, resolved))];
        var forces = equations.Select((e, i) => Force(e, i, resolved)).ToArray();
        Start = [.. Variables.Select(x => start.FirstOrDefault(s => s.Name == x.Name) is { } s ? resolved.Number(s) : 0)];
        Kinetics = new(name, Variables, [.. forces.Select(f => f.Force)], [.. forces.Select(f => f.Tau)], Parameters)
        {
            Start = StatesStart ? Start : null,
            Units = units,
        };
    }

    /// <summary>x with its time constant and right-hand side, as they were written: <c>τ x' = f</c>.</summary>
    internal sealed record Equation(Symbol Variable, Expr TimeConstant, Expr Right, string Place);

    /// <summary>A name and the expression it stands for; null where it was declared without a value.</summary>
    internal sealed record Definition(string Name, Expr? Value, string Place);

    /// <summary>What it is called, in messages too: the file's name.</summary>
    public string Name { get; }

    /// <summary>The variables, in the order of their equations.</summary>
    public IReadOnlyList<Symbol> Variables { get; }

    /// <summary>The parameters that are numbers, in the order of the text. Those that are expressions of others are not among them: they follow.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The right-hand sides f_i, divided by their time constants: expressions of <see cref="Variables"/> and <see cref="Parameters"/> alone.</summary>
    public IReadOnlyList<Expr> Rates { get; }

    /// <summary>The same as kinetics, τ x' = F + drive: F and τ as they were written, so that a drive is counted as the equation counts its terms. Where
    /// the time constant depends on variables or is negative, τ = 1 and F is the rate.</summary>
    public Kinetics Kinetics { get; }

    /// <summary>Where a search for rest states or a course starts: the stated x(0), otherwise 0.</summary>
    public IReadOnlyList<double> Start { get; }

    /// <summary>Whether the text states a start for at least one variable.</summary>
    public bool StatesStart => _start.Count > 0;

    /// <summary>The stated pairs of coordinates and momenta, as indices of <see cref="Variables"/>; empty where none are stated.</summary>
    public IReadOnlyList<(int Q, int P)> Pairs { get; }

    /// <summary>The stated units by name: of variables, parameters, quantities, the time "t" and the "current"; empty where none are stated. They are
    /// labels: nothing is converted.</summary>
    public IReadOnlyDictionary<string, string> Units { get; }

    /// <summary>The rates with the parameters' values written in: expressions of the variables alone.</summary>
    /// <exception cref="EquationFileException">Numbers overflow, or something is divided by 0.</exception>
    public IReadOnlyList<Expr> NumericRates =>
        [
            .. Rates.Select(
                (rate, i) =>
                {
                    try
                    {
                        return rate.Substitute(s => s is Parameter p ? p.Value : null);
                    }
                    catch (Exception e) when (e is ArithmeticException or ArgumentOutOfRangeException)
                    {
                        throw new EquationFileException(
                            $"{_equations[i].Place}: with these parameters {(e is DivideByZeroException ? "something is divided by 0" : "numbers overflow")} in {Variables[i].Name}'"
                        );
                    }
                }
            ),
        ];

    /// <summary>The system with other values of parameters; one that was an expression becomes the number that is given.</summary>
    /// <param name="values">Finite numbers by the parameters' names.</param>
    /// <exception cref="ArgumentException">There is no parameter of a name, or a value is not finite.</exception>
    /// <exception cref="EquationFileException">A time constant becomes 0.</exception>
    public EquationSystem With(IReadOnlyDictionary<string, double> values) =>
        new(Name, _equations, Replaced(Name, [.. Variables.Select(x => x.Name)], _definitions, values), _start, Pairs, Units);

    internal static IReadOnlyList<Definition> Replaced(
        string system,
        IReadOnlyList<string> variables,
        IReadOnlyList<Definition> definitions,
        IReadOnlyDictionary<string, double> values
    )
    {
        var changed = definitions.ToList();
        foreach (var (name, value) in values)
        {
            int at = changed.FindIndex(d => d.Name == name);
            if (at < 0)
                throw new ArgumentException(
                    variables.Contains(name)
                        ? $"'{Excerpt.Of(name)}' is a variable of {system}: its start is set by {name}(0) = … in the text."
                        : $"{system} has no parameter '{Excerpt.Of(name)}'.{Nearest.Hint(Excerpt.Of(name), [.. definitions.Select(d => d.Name)])}"
                );
            if (!double.IsFinite(value))
                throw new ArgumentException($"{name} = {value:R}: give a finite number.");
            changed[at] = changed[at] with { Value = value };
        }
        return changed;
    }

    /// <summary>The system as text, one statement a line, which <see cref="EquationFile.Parse"/> reads back to an equal system.</summary>
    public override string ToString() =>
        string.Join(
            '\n',
            [
                .. _equations.Select(e => $"{(e.TimeConstant == 1 ? "" : $"({e.TimeConstant})*")}{e.Variable}' = {e.Right}"),
                .. _definitions.Select(d => $"{d.Name} = {d.Value}"),
                .. _start.Select(s => $"{s.Name}(0) = {s.Value}"),
                .. Pairs.Count > 0
                    ? [$"pairs: {string.Join(", ", Pairs.Select(p => $"{Variables[p.Q]} {Variables[p.P]}"))}"]
                    : Array.Empty<string>(),
                .. Units.Count > 0 ? [$"units: {string.Join(", ", Units.Select(u => $"{u.Key} {u.Value}"))}"] : Array.Empty<string>(),
            ]
        );

    private (Expr Force, Expr Tau) Force(Equation equation, int index, Resolver resolved)
    {
        var tau = resolved.Written(equation.TimeConstant);
        return tau.Symbols.All(s => s is Parameter) && tau.Evaluate((Func<Symbol, double>)(s => ((Parameter)s).Value)) > 0
            ? (resolved.Written(equation.Right), tau)
            : (Rates[index], 1);
    }

    private static Expr Rate(Equation equation, Resolver resolved)
    {
        var tau = resolved.Written(equation.TimeConstant);
        if (tau.Symbols.All(s => s is Parameter) && tau.Evaluate((Func<Symbol, double>)(s => ((Parameter)s).Value)) == 0)
            throw new EquationFileException($"{equation.Place}: a time constant of 0: eliminate the variable instead");
        try
        {
            return resolved.Written(equation.Right) / tau;
        }
        catch (Exception e) when (e is ArithmeticException or ArgumentOutOfRangeException)
        {
            throw new EquationFileException($"{equation.Place}: the numbers of this equation overflow, or something is divided by 0");
        }
    }

    /// <summary>Writes definitions into expressions until only variables and parameters are left.</summary>
    private sealed class Resolver
    {
        private readonly Dictionary<string, Definition> _definitions;
        private readonly Dictionary<string, Expr> _written = [];
        private readonly List<string> _open = [];
        private readonly List<Parameter> _parameters = [];

        public Resolver(string system, IReadOnlyList<Definition> definitions)
        {
            _definitions = definitions.ToDictionary(d => d.Name);
            string[] missing = [.. definitions.Where(d => d.Value is null).Select(d => d.Name)];
            if (missing.Length > 0)
                throw new EquationFileException(
                    $"{system}: {string.Join(", ", missing.Select(m => $"'{m}'"))} {(missing.Length == 1 ? "is" : "are")} declared without a value: write {string.Join(", ", missing.Select(m => $"{m} = …"))}"
                );
            foreach (var d in definitions)
                Written(d);
            Parameters = [.. definitions.Select(d => _parameters.Find(p => p.Name == d.Name)).OfType<Parameter>()];
        }

        public IReadOnlyList<Parameter> Parameters { get; }

        public Expr Written(Expr e) => e.Substitute(s => _definitions.TryGetValue(s.Name, out var d) ? Written(d) : null);

        public double Number(Definition d)
        {
            double value = Written(d.Value!).Evaluate((Func<Symbol, double>)(s => s is Parameter p ? p.Value : double.NaN));
            return double.IsFinite(value) ? value : throw new EquationFileException($"{d.Place}: {d.Name} is not a finite number");
        }

        private Expr Written(Definition d)
        {
            if (_written.TryGetValue(d.Name, out var known))
                return known;
            if (_open.IndexOf(d.Name) is >= 0 and var first)
                throw new EquationFileException(
                    $"{d.Place}: {string.Join(" needs ", [.. _open[first..], d.Name])}: give one of them a number"
                );
            _open.Add(d.Name);
            Expr value;
            if (d.Value is Constant c)
            {
                var parameter = new Parameter(c.Value, name: d.Name);
                _parameters.Add(parameter);
                value = parameter;
            }
            else
            {
                try
                {
                    value = Written(d.Value!);
                }
                catch (Exception e) when (e is ArithmeticException or ArgumentOutOfRangeException)
                {
                    throw new EquationFileException($"{d.Place}: {d.Name} overflows, or is divided by 0");
                }
                if (value.Symbols.All(s => s is Parameter))
                    Number(d);
            }
            _open.RemoveAt(_open.Count - 1);
            return _written[d.Name] = value;
        }
    }
}
