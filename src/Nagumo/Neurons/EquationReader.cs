using System.Globalization;
using System.Text.RegularExpressions;
using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>From statements to a system: names first, so that a text may use them in any order, then expressions.</summary>
internal sealed partial class EquationReader
{
    private const string Name = @"[\p{L}_][\p{L}\p{Nd}_.₀-₉]*";

    private readonly string _system;
    private readonly StringComparer _names;
    private readonly List<(Statement At, Symbol Variable, Group TimeConstant, int Right)> _equations = [];
    private readonly List<(Statement At, Group Name, int From, int To)> _definitions = [],
        _start = [];
    private readonly List<(Statement At, Group Name)> _declared = [];
    private readonly List<(Statement At, int From)> _pairs = [],
        _units = [];
    private readonly Dictionary<string, UserFunction> _functions;
    private readonly Dictionary<string, Symbol> _symbols;

    private sealed record UserFunction(Statement At, Group Name, string[] Arguments, int From)
    {
        public Expr? Body { get; set; }

        public bool IsOpen { get; set; }
    }

    public EquationReader(string system, IReadOnlyList<Statement> statements)
    {
        _system = system;
        // XPPAUT does not tell v from V.
        _names = system.EndsWith(".ode", StringComparison.OrdinalIgnoreCase) ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        (_functions, _symbols) = (new(_names), new(_names));
        foreach (var statement in statements)
            if (statement.Text.AsSpan().TrimStart() is { Length: > 0 } text && text[0] is not ('@' or '"'))
                Sort(statement);
        if (_equations.Count == 0)
            throw new EquationFileException(
                $"{_system}: there is no equation. Write one a line, such as u' = u - u^3/3 - v or du/dt = u - u^3/3 - v."
            );
        foreach (var (at, name, _, _) in _definitions)
            Known(at, name, "the parameter");
        foreach (var (at, name) in _declared)
            if (!_definitions.Any(d => _names.Equals(d.Name.Value, name.Value)))
                Known(at, name, "the parameter");
        foreach (var (at, name, _, _) in _start)
            Variable(at, name.Index, name.Value);
    }

    [GeneratedRegex(
        @"^\s*(?:(?<tau>[^=']+?)(?:\s*\*\s*|\s+))?(?:(?<x>" + Name + @")\s*'|\(?\s*d\s?(?<x>" + Name + @")\s*/\s*d\s?t(?![\w(])\s*\)?)\s*="
    )]
    private static partial Regex EquationStart();

    [GeneratedRegex(
        @"^\s*(?:(?<x>" + Name + @")\s*('\s*'+|"")|d\s*\^?\s*[2²]\s*(?<x>" + Name + @")\s*/\s*dt\s*\^?\s*[2²])\s*=(?<right>.*)$"
    )]
    private static partial Regex SecondOrder();

    [GeneratedRegex(@"^\s*(?<x>" + Name + @")\s*\(\s*0\s*\)\s*=")]
    private static partial Regex InitialStart();

    [GeneratedRegex(@"^\s*(?<x>" + Name + @")\s*\(\s*(?<args>" + Name + @"(?:\s*,\s*" + Name + @")*)\s*\)\s*=")]
    private static partial Regex FunctionStart();

    [GeneratedRegex(@"^\s*!?(?:(?:par|param|params|parameter|parameters|number|p)\s+)?(?<x>" + Name + @")\s*=")]
    private static partial Regex DefinitionStart();

    [GeneratedRegex(@"^\s*(?:init|i)\s+(?<x>" + Name + @")\s*=")]
    private static partial Regex InitStart();

    [GeneratedRegex(@"(?<=[\s,])(?<x>" + Name + @")\s*=")]
    private static partial Regex NextAssignment();

    [GeneratedRegex(@"^\s*(?<x>" + Name + @")(?:\s*,\s*(?<x>" + Name + @"))*\s*:")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\s*aux\s")]
    private static partial Regex Auxiliary();

    [GeneratedRegex(@"^\s*pairs\s*:")]
    private static partial Regex PairsStart();

    [GeneratedRegex(@"^\s*units?\s*:")]
    private static partial Regex UnitsStart();

    private void Sort(Statement s)
    {
        if (UnitsStart().Match(s.Text) is { Success: true } units)
            _units.Add((s, units.Length));
        else if (PairsStart().Match(s.Text) is { Success: true } pairs)
            _pairs.Add((s, pairs.Length));
        else if (SecondOrder().Match(s.Text) is { Success: true } second)
            throw Wrong(s, second.Groups["x"].Index, TwoOfFirstOrder(second.Groups["x"].Value, second.Groups["right"].Value));
        else if (EquationStart().Match(s.Text) is { Success: true } equation)
        {
            var x = equation.Groups["x"];
            if (_symbols.ContainsKey(x.Value))
                throw Wrong(s, x.Index, $"'{x.Value}' has two equations: keep one");
            var symbol = Symbol(s, x);
            _equations.Add((s, symbol, equation.Groups["tau"], equation.Length));
        }
        else if (InitialStart().Match(s.Text) is { Success: true } initial)
            _start.Add((s, initial.Groups["x"], initial.Length, End(s)));
        else if (FunctionStart().Match(s.Text) is { Success: true } function)
        {
            string[] arguments = [.. function.Groups["args"].Value.Split(',', StringSplitOptions.TrimEntries)];
            if (!_functions.TryAdd(function.Groups["x"].Value, new(s, function.Groups["x"], arguments, function.Length)))
                throw Wrong(s, function.Groups["x"].Index, $"the function '{function.Groups["x"].Value}' is given twice");
        }
        else if (InitStart().Match(s.Text) is { Success: true } init)
            Assignments(s, init, _start);
        else if (DefinitionStart().Match(s.Text) is { Success: true } definition)
            Assignments(s, definition, _definitions);
        else if (Declaration().Match(s.Text) is { Success: true } declaration)
            _declared.AddRange(declaration.Groups["x"].Captures.Select(c => (s, Captured(s, c))));
        else if (!Auxiliary().IsMatch(s.Text))
            throw Wrong(
                s,
                s.Text.Length - s.Text.TrimStart().Length,
                "not a statement; write x' = …, tau*x' = …, name = number, x(0) = number, units: x mV or pairs: q p"
            );
    }

    /// <summary>Group of a captured name, by a match of its own.</summary>
    private static Group Captured(Statement s, Capture c) => new Regex(Regex.Escape(c.Value)).Match(s.Text, c.Index);

    /// <summary>a = 1, b = 2 c = 3: each value ends where the next name begins.</summary>
    private static void Assignments(Statement s, Match first, List<(Statement, Group, int, int)> into)
    {
        var match = first;
        while (match.Success)
        {
            int from = match.Index + match.Length;
            var next = NextAssignment().Match(s.Text, from);
            int to = next.Success ? next.Index : End(s);
            into.Add((s, match.Groups["x"], from, s.Text[..to].TrimEnd(' ', ',').Length));
            match = next;
        }
    }

    /// <summary>Where the statement ends: before a unit's tail, as in <c>dv/dt = -v/tau : 1</c>.</summary>
    private static int End(Statement s) => s.Text.IndexOf(':') is >= 0 and var colon ? colon : s.Text.Length;

    private Symbol Symbol(Statement s, Group name)
    {
        if (name.Length > 64)
            throw Wrong(s, name.Index, $"'{Excerpt.Of(name.Value)}' is a name of {name.Length} characters; 64 are the most");
        return _symbols[name.Value] = new(name.Value);
    }

    private void Known(Statement s, Group name, string what)
    {
        if (!_symbols.ContainsKey(name.Value))
            Symbol(s, name);
        else
            throw Wrong(
                s,
                name.Index,
                _equations.Any(e => _names.Equals(e.Variable.Name, name.Value))
                    ? $"'{name.Value}' is a variable and a parameter: rename one"
                    : $"{what} '{name.Value}' is given twice"
            );
    }

    private int Variable(Statement s, int column, string name) =>
        _equations.FindIndex(e => _names.Equals(e.Variable.Name, name)) is >= 0 and var at
            ? at
            : throw Wrong(
                s,
                column,
                $"'{Excerpt.Of(name)}' has no equation.{Nearest.Hint(Excerpt.Of(name), [.. _equations.Select(e => e.Variable.Name)])}"
            );

    public EquationSystem System(IReadOnlyDictionary<string, double>? parameters)
    {
        var equations = _equations
            .Select(e => new EquationSystem.Equation(
                e.Variable,
                e.TimeConstant.Success ? Expression(e.At, e.TimeConstant.Index, e.TimeConstant.Index + e.TimeConstant.Length) : 1,
                Expression(e.At, e.Right, End(e.At)),
                Place(e.At, e.TimeConstant.Success ? e.TimeConstant.Index : e.At.Text.Length - e.At.Text.TrimStart().Length)
            ))
            .ToList();
        IReadOnlyList<EquationSystem.Definition> definitions =
        [
            .. _definitions.Select(d => new EquationSystem.Definition(
                _symbols[d.Name.Value].Name,
                Expression(d.At, d.From, d.To),
                Place(d.At, d.Name.Index)
            )),
            .. _declared
                .Where(d => !_definitions.Any(given => _names.Equals(given.Name.Value, d.Name.Value)))
                .Select(d => new EquationSystem.Definition(d.Name.Value, null, Place(d.At, d.Name.Index))),
        ];
        if (parameters is not null)
            definitions = EquationSystem.Replaced(
                _system,
                [.. _equations.Select(e => e.Variable.Name)],
                definitions,
                Canonical(parameters)
            );
        var start = _start
            .Select(d => new EquationSystem.Definition(_symbols[d.Name.Value].Name, Expression(d.At, d.From, d.To), Place(d.At, d.From)))
            .ToList();
        return new(_system, equations, definitions, start, Pairs(), Units());
    }

    private Dictionary<string, string> Units()
    {
        var units = new Dictionary<string, string>();
        foreach (var (s, start) in _units)
        {
            int from = start;
            foreach (string part in s.Text[from..].Split(','))
            {
                string[] words = part.Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
                if (words.Length != 2 || !Kinetics.IsUnit(words[1]))
                    throw Wrong(s, from, $"'{Excerpt.Of(part.Trim())}' is no name with its unit; write units: V mV, t ms, I µA/cm²");
                string name = _symbols.TryGetValue(words[0], out var known) ? known.Name : words[0];
                if (known is null && !Kinetics.Unnamed.Contains(name))
                    throw Wrong(
                        s,
                        from,
                        $"'{Excerpt.Of(name)}' is neither a variable, a parameter, the time t nor the current.{Nearest.Hint(Excerpt.Of(name), [.. _symbols.Keys, .. Kinetics.Unnamed])}"
                    );
                if (!units.TryAdd(name, words[1]))
                    throw Wrong(s, from, $"the unit of '{name}' is given twice");
                from += part.Length + 1;
            }
        }
        return units;
    }

    private Dictionary<string, double> Canonical(IReadOnlyDictionary<string, double> parameters) =>
        parameters.ToDictionary(p => _symbols.TryGetValue(p.Key, out var known) ? known.Name : p.Key, p => p.Value);

    private List<(int Q, int P)> Pairs()
    {
        var pairs = new List<(int Q, int P)>();
        foreach (var (s, start) in _pairs)
        {
            int from = start;
            foreach (var part in s.Text[from..].Split(','))
            {
                string[] words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length != 2)
                    throw Wrong(s, from, $"'{Excerpt.Of(part.Trim())}' is not a pair; write pairs: q1 p1, q2 p2");
                pairs.Add((Variable(s, from, words[0]), Variable(s, from, words[1])));
                from += part.Length + 1;
            }
        }
        if (pairs.Count > 0)
        {
            var (s, column) = _pairs[0];
            var paired = pairs.SelectMany(p => new[] { p.Q, p.P }).ToArray();
            if (paired.GroupBy(x => x).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw Wrong(s, column, $"'{_equations[twice.Key].Variable}' is in two pairs");
            for (int i = 0; i < _equations.Count; i++)
                if (!paired.Contains(i))
                    throw Wrong(s, column, $"'{_equations[i].Variable}' is in no pair: pair every variable, or none");
        }
        return pairs;
    }

    /// <summary>The expression in [from, to) of a statement.</summary>
    private Expr Expression(Statement s, int from, int to, IReadOnlyDictionary<string, Symbol>? arguments = null)
    {
        if (s.Text.IndexOf('\'', from, to - from) is >= 0 and var prime)
            throw Wrong(s, prime, "a rate of change stands on the right: write the right-hand side of its equation there instead");
        try
        {
            return ExprParser.Parse(
                // Blanks in front, so that positions are columns of the statement.
                new string(' ', from) + s.Text[from..to],
                name => arguments?.GetValueOrDefault(name) ?? _symbols.GetValueOrDefault(name),
                name => Remedy(name, arguments),
                Function
            );
        }
        catch (ExpressionFormatException e)
        {
            throw Wrong(s, e.Position, e.Problem);
        }
    }

    private Abbreviation? Function(string name)
    {
        if (!_functions.TryGetValue(name, out var f))
            return null;
        // The arguments' names are the function's own.
        var arguments = f.Arguments.Distinct(_names).ToDictionary(a => a, a => new Symbol($"{f.Name.Value}.{a}"), _names);
        if (arguments.Count < f.Arguments.Length)
            throw Wrong(f.At, f.Name.Index, $"the function '{f.Name.Value}' has two arguments of one name");
        if (f.IsOpen)
            throw Wrong(f.At, f.Name.Index, $"the function '{f.Name.Value}' calls itself");
        f.IsOpen = true;
        var body = f.Body ??= Expression(f.At, f.From, End(f.At), arguments);
        f.IsOpen = false;
        return new(
            f.Name.Value,
            f.Arguments.Length,
            values => body.Substitute(x => Array.FindIndex(f.Arguments, a => arguments[a] == x) is >= 0 and var i ? values[i] : null)
        );
    }

    private string Remedy(string name, IReadOnlyDictionary<string, Symbol>? arguments)
    {
        if (name is "t" or "T")
            return $"equations that name the time are not read: for sin({name}) and cos({name}) add an oscillator, s' = c and c' = -s with c(0) = 1; a system that is driven in time has no rest state";
        var known = _symbols.Keys.Concat(arguments?.Keys ?? []).ToArray();
        string? near =
            name.Length == 1 ? Array.Find(known, k => k.Equals(name, StringComparison.OrdinalIgnoreCase)) : Nearest.To(name, known);
        return near is null ? $"give it a value, {name} = …" : $"did you mean '{near}'?";
    }

    private string TwoOfFirstOrder(string x, string right)
    {
        string rate = x == "q" ? "p" : "d" + x;
        right = new Regex($@"\b{Regex.Escape(x)}\s*'|d\s?{Regex.Escape(x)}\s*/\s*dt").Replace(right, rate).Trim();
        return $"an equation of second order; write two of first order, {x}' = {rate} and {rate}' = {Excerpt.Of(right, 80)}";
    }

    private string Place(Statement s, int column) =>
        string.Create(CultureInfo.InvariantCulture, $"{_system}, {s.Place}, column {s.Column + column + 1}");

    private EquationFileException Wrong(Statement s, int column, string problem) => new($"{Place(s, column)}: {problem}");
}
