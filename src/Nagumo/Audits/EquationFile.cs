using System.Globalization;
using System.Text.RegularExpressions;
using Nagumo.Symbolics;

namespace Nagumo.Audits;

/// <summary>A flow written as text, one statement a line; its Jacobian is the exact derivative of the text.</summary>
/// <remarks>
/// <c>k = 0.5</c> is a parameter (a number, or an expression of parameters above it); <c>u' = k*(u - u^3/3) - v + 0.3</c> an equation;
/// <c>tau*v' = …</c> or <c>tau v' = …</c> one with a time constant, itself a number or parameters; <c>u(0) = 0.1</c> where the search for rest
/// starts; <c>pairs: q1 p1, q2 p2</c> a pairing of coordinates and momenta; <c>#</c> begins a comment. Expressions are those of potentials.
/// </remarks>
public static partial class EquationFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="EquationFileException">The text is not a flow: file, line, column and what is wrong.</exception>
    public static FlowSystem Read(string path) => Parse(File.ReadAllText(path), Path.GetFileName(path));

    /// <summary>Reads a text.</summary>
    /// <param name="text">The statements.</param>
    /// <param name="name">What the system is called, in messages too.</param>
    /// <exception cref="EquationFileException">See <see cref="Read"/>.</exception>
    public static FlowSystem Parse(string text, string name) => new Reader(text, name).System();

    [GeneratedRegex(@"^\s*(?:(?<tau>[^=']+?)(?:\s*\*\s*|\s+))?(?<x>[A-Za-z_][\w.]*)\s*'\s*=")]
    private static partial Regex EquationStart();

    [GeneratedRegex(@"^\s*(?<x>[A-Za-z_][\w.]*)\s*\(\s*0\s*\)\s*=")]
    private static partial Regex InitialStart();

    [GeneratedRegex(@"^\s*(?<x>[A-Za-z_][\w.]*)\s*=")]
    private static partial Regex ParameterStart();

    [GeneratedRegex(@"^\s*pairs\s*:")]
    private static partial Regex PairsStart();

    private sealed class Reader
    {
        private readonly string _name;
        private readonly string[] _lines;
        private readonly List<Variable> _variables = [];
        private readonly Dictionary<string, double> _parameters = [],
            _start = [];
        private readonly List<(string Q, string P, int Line, int Column)> _pairs = [];

        private sealed class Variable(string name) : Symbol(name);

        public Reader(string text, string name)
        {
            _name = name;
            _lines = [.. text.Split('\n').Select(l => l.TrimEnd('\r').Split('#')[0].Replace('\t', ' '))];
        }

        public FlowSystem System()
        {
            // Variables first: an equation may name one whose own equation stands below it.
            for (int l = 0; l < _lines.Length; l++)
                if (EquationStart().Match(_lines[l]) is { Success: true } m)
                {
                    if (_variables.Any(v => v.Name == m.Groups["x"].Value))
                        throw Wrong(l, m.Groups["x"].Index, $"'{m.Groups["x"].Value}' has two equations: keep one");
                    _variables.Add(new(m.Groups["x"].Value));
                }
            if (_variables.Count == 0)
                throw new EquationFileException($"{_name}: there is no equation. Write one a line, such as u' = u - u^3/3 - v.");
            // Then parameters, which may stand below the equations too.
            for (int l = 0; l < _lines.Length; l++)
                if (_lines[l].Trim().Length > 0 && !EquationStart().IsMatch(_lines[l]))
                    Statement(l);
            var equations = new List<Expr>();
            for (int l = 0; l < _lines.Length; l++)
                if (EquationStart().Match(_lines[l]) is { Success: true } m)
                    equations.Add(Equation(l, m));
            return Build(equations);
        }

        private Expr Equation(int l, Match equation)
        {
            double tau = 1;
            if (equation.Groups["tau"] is { Success: true } group)
                tau = Constant(l, group.Index, group.Index + group.Length);
            return tau != 0
                ? Expression(l, equation.Length, _lines[l].Length, variables: true) / tau
                : throw Wrong(l, equation.Groups["tau"].Index, "a time constant of 0: eliminate the variable instead");
        }

        private void Statement(int l)
        {
            string line = _lines[l];
            if (PairsStart().Match(line) is { Success: true } pairs)
                Pairs(l, pairs.Length);
            else if (InitialStart().Match(line) is { Success: true } initial)
            {
                string x = initial.Groups["x"].Value;
                if (_variables.All(v => v.Name != x))
                    throw Wrong(l, initial.Groups["x"].Index, $"'{x}' has no equation.{Nearest.Hint(x, Names)}");
                _start[x] = Constant(l, initial.Length, line.Length);
            }
            else if (ParameterStart().Match(line) is { Success: true } parameter)
            {
                string p = parameter.Groups["x"].Value;
                if (_variables.Any(v => v.Name == p))
                    throw Wrong(l, parameter.Groups["x"].Index, $"'{p}' is a variable and a parameter: rename one");
                if (!_parameters.TryAdd(p, Constant(l, parameter.Length, line.Length)))
                    throw Wrong(l, parameter.Groups["x"].Index, $"the parameter '{p}' is given twice");
            }
            else
                throw Wrong(
                    l,
                    line.Length - line.TrimStart().Length,
                    "not a statement; write x' = …, tau*x' = …, name = number, x(0) = number or pairs: q p"
                );
        }

        private string[] Names => [.. _variables.Select(v => v.Name)];

        private void Pairs(int l, int from)
        {
            foreach (var part in _lines[l][from..].Split(','))
            {
                string[] words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length != 2)
                    throw Wrong(l, from, $"'{part.Trim()}' is not a pair; write pairs: q1 p1, q2 p2");
                foreach (string word in words)
                    if (_variables.All(v => v.Name != word))
                        throw Wrong(l, from, $"'{word}' has no equation.{Nearest.Hint(word, Names)}");
                _pairs.Add((words[0], words[1], l, from));
                from += part.Length + 1;
            }
        }

        private FlowSystem Build(List<Expr> equations)
        {
            int n = equations.Count;
            var index = _variables.Select((v, i) => (v.Name, i)).ToDictionary(v => v.Name, v => v.i);
            var entries = (
                from i in Enumerable.Range(0, n)
                from s in equations[i].Symbols
                select (At: i * n + index[s.Name], Derivative: equations[i].Derive(s))
            ).ToArray();
            var values = new double[n];
            double Value(Symbol s) => values[index[s.Name]];
            if (_pairs.Count > 0)
            {
                var paired = _pairs.SelectMany(p => new[] { p.Q, p.P }).ToArray();
                var (_, _, line, column) = _pairs[0];
                if (paired.GroupBy(x => x).FirstOrDefault(g => g.Count() > 1) is { } twice)
                    throw Wrong(line, column, $"'{twice.Key}' is in two pairs");
                if (Names.Except(paired).FirstOrDefault() is { } single)
                    throw Wrong(line, column, $"'{single}' is in no pair: pair every variable, or none");
            }
            return new(
                _name,
                Names,
                (x, velocity) =>
                {
                    x.CopyTo(values);
                    for (int i = 0; i < n; i++)
                        velocity[i] = equations[i].Evaluate((Func<Symbol, double>)Value);
                },
                (x, j) =>
                {
                    x.CopyTo(values);
                    j.Clear();
                    foreach (var (at, derivative) in entries)
                        j[at] = derivative.Evaluate((Func<Symbol, double>)Value);
                }
            )
            {
                Start = [.. Names.Select(x => _start.GetValueOrDefault(x))],
                Pairs = [.. _pairs.Select(p => (index[p.Q], index[p.P]))],
            };
        }

        private double Constant(int l, int from, int to)
        {
            var e = Expression(l, from, to, variables: false);
            double value = e.Evaluate((Func<Symbol, double>)(_ => double.NaN));
            return double.IsFinite(value) ? value : throw Wrong(l, from, $"'{_lines[l][from..to].Trim()}' is not a finite number");
        }

        /// <summary>Columns [from, to) of a line; the parameters known so far stand in as numbers.</summary>
        private Expr Expression(int l, int from, int to, bool variables)
        {
            var parameters = new Dictionary<string, Symbol>();
            try
            {
                // Blanks in front, so that positions are columns of the line.
                var e = Expr.Parse(new string(' ', from) + _lines[l][from..to], Resolve);
                return e.Substitute(s => _parameters.TryGetValue(s.Name, out double value) ? value : null);
            }
            catch (ExpressionFormatException e)
            {
                string problem = e
                    .Message.Split('\n')[0]
                    .Replace(string.Create(CultureInfo.InvariantCulture, $" at position {e.Position}"), "", StringComparison.Ordinal);
                throw Wrong(l, e.Position, problem);
            }
            catch (ArithmeticException)
            {
                throw Wrong(l, from, "division by 0");
            }

            Symbol? Resolve(string name)
            {
                if (variables && _variables.FirstOrDefault(v => v.Name == name) is { } variable)
                    return variable;
                if (!_parameters.ContainsKey(name))
                    return null;
                return parameters.TryGetValue(name, out var known) ? known : parameters[name] = new Variable(name);
            }
        }

        private EquationFileException Wrong(int line, int column, string problem) =>
            new(string.Create(CultureInfo.InvariantCulture, $"{_name}, line {line + 1}, column {column + 1}: {problem}"));
    }
}

/// <summary>A text is not a flow; the message names file, line and column.</summary>
public sealed class EquationFileException(string message) : FormatException(message);
