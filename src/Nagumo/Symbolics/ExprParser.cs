using System.Globalization;

namespace Nagumo.Symbolics;

/// <summary>
/// sum := ['-'] term {('+' | '-') term};  term := factor {('*' | '/') factor};  factor := '-' factor | power;
/// power := atom [('^' | '**') exponent];  exponent := ['-'] digits | '(' ['-'] digits ')';
/// atom := number | name | name '(' sum {',' sum} ')' | '(' sum ')'.
/// </summary>
/// <remarks>Also read as they are printed: − for -, · and × for *, u² for u^2.</remarks>
internal sealed class ExprParser
{
    // Deeper text is not a formula but an attack on the stack.
    private const int MaxDepth = 200;

    // Longer names are no formula either; messages and suggestions stay short.
    private const int MaxName = 64;

    private const string Powers = "powers are u^4 or u**4, otherwise sqrt(u) or, for u > 0, pow(u, 1.5)";

    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    private readonly string text;
    private readonly Func<string, Symbol?> resolve;
    private readonly Func<string, string?> hint;
    private readonly Func<string, Abbreviation?> abbreviation;
    private int position;
    private int depth;

    private ExprParser(string text, Func<string, Symbol?> resolve, Func<string, string?>? hint, Func<string, Abbreviation?>? abbreviation)
    {
        (this.text, this.resolve) = (text, resolve);
        this.hint = hint ?? (name => Suggest(name, n => resolve(n) is not null));
        this.abbreviation = name => abbreviation?.Invoke(name) ?? Abbreviation.All.FirstOrDefault(a => a.Name == name);
    }

    private char Current => position < text.Length ? text[position] : '\0';

    /// <param name="text">The text.</param>
    /// <param name="resolve">The symbol of a name, or null when there is none.</param>
    /// <param name="hint">What helps where a name is unknown; null: the known name within one edit.</param>
    /// <param name="abbreviation">Functions that the text may use beside the library's; null for none.</param>
    public static Expr Parse(
        string text,
        Func<string, Symbol?> resolve,
        Func<string, string?>? hint = null,
        Func<string, Abbreviation?>? abbreviation = null
    )
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(resolve);
        var parser = new ExprParser(text, resolve, hint, abbreviation);
        var result = parser.Sum();
        return parser.position == text.Length ? result : throw parser.Unexpected("an operator or the end");
    }

    public static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '.' or (>= '₀' and <= '₉');

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
        int exponent;
        if (Superscripts.Contains(Current) || Current == '⁻')
            exponent = Superscript();
        else if (AcceptPower())
            exponent = Exponent();
        else
            return atom;
        Skip();
        return Current == '^' || text.AsSpan(position).StartsWith("**")
            ? throw Error("^ does not chain; use parentheses", position)
            : Guard(start, () => Functions.Pow(atom, exponent));
    }

    private int Exponent()
    {
        var bracketed = Accept('(');
        var negative = Accept('-');
        var digits = position;
        while (char.IsAsciiDigit(Current))
            position++;
        if (digits == position || Current == '.')
            throw Error("the right side of ^ must be an integer", digits, Powers);
        var exponent = Integer(text.AsSpan(digits, position - digits), digits);
        Skip();
        if (bracketed && !Accept(')'))
            throw Error("the right side of ^ must be an integer", digits, Powers);
        return negative ? -exponent : exponent;
    }

    private int Superscript()
    {
        var start = position;
        var negative = Accept('⁻');
        var digits = "";
        for (; Superscripts.IndexOf(Current) is >= 0 and var digit; position++)
            digits += (char)('0' + digit);
        if (digits.Length == 0)
            throw Error("the right side of ^ must be an integer", start, Powers);
        var exponent = Integer(digits, start);
        return negative ? -exponent : exponent;
    }

    private int Integer(ReadOnlySpan<char> digits, int at) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Error("the exponent is too large", at);

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
            throw Error($"'{Excerpt.Of(number.ToString())}' is not a finite number", start);
        Skip();
        return value;
    }

    private Expr Named()
    {
        var start = position;
        while (IsNamePart(Current))
            position++;
        var name = text[start..position];
        if (name.Length > MaxName)
            throw Error($"'{Excerpt.Of(name)}' is a name of {name.Length} characters; {MaxName} are the most", start);
        Skip();
        if (Current != '(')
            return resolve(name) ?? throw Error($"unknown name '{name}'", start, hint(name));
        var (arity, build) =
            Function.All.FirstOrDefault(f => f.Name == name) is { } function ? (function.Arity, a => Call.Of(function, a))
            : abbreviation(name) is { } known ? (known.Arity, known.Build)
            : throw Error($"unknown function '{name}'", start, SuggestFunction(name));
        Expect('(');
        var arguments = new List<Expr> { Sum() };
        while (Accept(','))
            arguments.Add(Sum());
        Expect(')');
        if (arguments.Count != arity)
            throw Error($"{name} takes {arity} argument{(arity == 1 ? "" : "s")}, not {arguments.Count},", start);
        return Guard(start, () => build([.. arguments]));
    }

    private string? SuggestFunction(string name) =>
        resolve(name) is not null
            ? $"write {name}*(…) for a product"
            : Suggest(name, n => Function.All.Any(f => f.Name == n) || abbreviation(n) is not null);

    /// <summary>The known name within one edit of a misspelt one.</summary>
    private static string? Suggest(string name, Func<string, bool> known)
    {
        // Every name is one edit from a letter.
        if (name.Length == 1)
            return Array.Find([name.ToLowerInvariant(), name.ToUpperInvariant()], n => known(n)) is { } other
                ? $"did you mean '{other}'?"
                : null;
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
        if (
            Current != c
            && !(
                c switch
                {
                    '-' => Current == '−',
                    '*' => Current is '·' or '⋅' or '×',
                    _ => false,
                }
            )
        )
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
