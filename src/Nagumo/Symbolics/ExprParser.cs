using System.Globalization;

namespace Nagumo.Symbolics;

/// <summary>
/// sum := ['-'] term {('+' | '-') term};  term := factor {('*' | '/') factor};  factor := '-' factor | power;
/// power := atom [('^' | '**') ['-'] digits];  atom := number | name | name '(' sum {',' sum} ')' | '(' sum ')'.
/// </summary>
internal sealed class ExprParser
{
    // Deeper text is not a formula but an attack on the stack.
    private const int MaxDepth = 200;

    private const string Powers = "powers are u^4 or u**4, otherwise sqrt(u) or exp(1.5*log(u))";

    private readonly string text;
    private readonly Func<string, Symbol?> resolve;
    private int position;
    private int depth;

    private ExprParser(string text, Func<string, Symbol?> resolve) => (this.text, this.resolve) = (text, resolve);

    private char Current => position < text.Length ? text[position] : '\0';

    public static Expr Parse(string text, Func<string, Symbol?> resolve)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(resolve);
        var parser = new ExprParser(text, resolve);
        var result = parser.Sum();
        return parser.position == text.Length ? result : throw parser.Unexpected("an operator or the end");
    }

    public static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '.';

    private Expr Sum()
    {
        if (++depth > MaxDepth)
            throw Error($"more than {MaxDepth} nested parentheses", position);
        Skip();
        var start = position;
        var sum = Accept('-') ? Guard(start, () => -Term()) : Term();
        while (true)
        {
            start = position;
            if (Accept('+'))
                sum += Term();
            else if (Accept('-'))
                sum -= Term();
            else
                break;
        }
        depth--;
        return sum;
    }

    private Expr Term()
    {
        var term = Factor();
        while (true)
        {
            var start = position;
            if (Accept('*'))
                term = Guard(start, () => term * Factor());
            else if (Accept('/'))
                term = Guard(start, () => term / Factor());
            else
                return term;
        }
    }

    private Expr Factor()
    {
        Skip();
        var negative = false;
        while (Accept('-'))
            negative = !negative;
        var power = Power();
        return negative ? -power : power;
    }

    private Expr Power()
    {
        var atom = Atom();
        var start = position;
        if (!AcceptPower())
            return atom;
        var negative = Accept('-');
        var digits = position;
        while (char.IsAsciiDigit(Current))
            position++;
        if (digits == position || Current == '.')
            throw Error("the right side of ^ must be an integer", digits, Powers);
        if (!int.TryParse(text.AsSpan(digits, position - digits), NumberStyles.None, CultureInfo.InvariantCulture, out var exponent))
            throw Error("the exponent is too large", digits);
        Skip();
        return Current == '^' || text.AsSpan(position).StartsWith("**")
            ? throw Error("^ does not chain; use parentheses", position)
            : Guard(start, () => Functions.Pow(atom, negative ? -exponent : exponent));
    }

    private bool AcceptPower()
    {
        if (!text.AsSpan(position).StartsWith("**"))
            return Accept('^');
        position++;
        return Accept('*');
    }

    private Expr Atom()
    {
        Skip();
        if (char.IsAsciiDigit(Current) || Current == '.')
            return Number();
        if (char.IsLetter(Current) || Current == '_')
            return Named();
        if (!Accept('('))
            throw Unexpected("a number, a name or '('");
        var inner = Sum();
        Expect(')');
        return inner;
    }

    private Expr Number()
    {
        var start = position;
        while (char.IsAsciiDigit(Current) || Current == '.')
            position++;
        if (Current is 'e' or 'E')
        {
            var mark = position++;
            if (Current is '+' or '-')
                position++;
            if (!char.IsAsciiDigit(Current))
                position = mark;
            while (char.IsAsciiDigit(Current))
                position++;
        }
        var number = text.AsSpan(start, position - start);
        if (!double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            throw Error($"'{number}' is not a finite number", start);
        Skip();
        return value;
    }

    private Expr Named()
    {
        var start = position;
        while (IsNamePart(Current))
            position++;
        var name = text[start..position];
        Skip();
        if (Current != '(')
            return resolve(name) ?? throw Error($"unknown name '{name}'", start, Suggest(name, n => resolve(n) is not null));
        if (Function.All.FirstOrDefault(f => f.Name == name) is not { } function)
            throw Error(
                $"unknown function '{name}'",
                start,
                name.Equals("pow", StringComparison.OrdinalIgnoreCase) ? Powers : Suggest(name, n => Function.All.Any(f => f.Name == n))
            );
        Expect('(');
        var arguments = new List<Expr> { Sum() };
        while (Accept(','))
            arguments.Add(Sum());
        Expect(')');
        if (arguments.Count != function.Arity)
            throw Error($"{name} takes {function.Arity} argument{(function.Arity == 1 ? "" : "s")}, not {arguments.Count},", start);
        return Guard(start, () => Call.Of(function, [.. arguments]));
    }

    /// <summary>The known name within one edit of a misspelt one.</summary>
    private static string? Suggest(string name, Func<string, bool> known)
    {
        // Every name is one edit from a letter.
        if (name.Length == 1)
            return null;
        const string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
        IEnumerable<string> Edits()
        {
            yield return name.ToLowerInvariant();
            for (var i = 0; i + 1 < name.Length; i++)
                yield return $"{name[..i]}{name[i + 1]}{name[i]}{name[(i + 2)..]}";
            for (var i = 0; i <= name.Length; i++)
            {
                foreach (var letter in letters)
                    yield return $"{name[..i]}{letter}{name[i..]}";
            }
            for (var i = 0; i < name.Length; i++)
                yield return name.Remove(i, 1);
            for (var i = 0; i < name.Length; i++)
            {
                foreach (var letter in letters)
                    yield return $"{name[..i]}{letter}{name[(i + 1)..]}";
            }
        }
        return Edits().FirstOrDefault(n => n.Length > 0 && known(n)) is { } found ? $"did you mean '{found}'?" : null;
    }

    // Arithmetic on numbers may fail (division by 0, overflow): say where.
    private Expr Guard(int start, Func<Expr> build)
    {
        try
        {
            return build();
        }
        catch (Exception e) when (e is ArithmeticException or ArgumentOutOfRangeException)
        {
            throw Error(e is DivideByZeroException ? "division by 0" : "a number overflows", start);
        }
    }

    private void Skip()
    {
        while (char.IsWhiteSpace(Current))
            position++;
    }

    private bool Accept(char c)
    {
        if (Current != c)
            return false;
        position++;
        Skip();
        return true;
    }

    private void Expect(char c)
    {
        if (!Accept(c))
            throw Unexpected($"'{c}'");
    }

    private ExpressionFormatException Unexpected(string expected) =>
        position == text.Length
            ? Error($"unexpected end, expected {expected},", position)
            : Error($"unexpected '{Current}', expected {expected},", position);

    private ExpressionFormatException Error(string problem, int at, string? hint = null) => new(problem, text, at, hint);
}
