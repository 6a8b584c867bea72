using System.Globalization;

namespace Nagumo.Symbolics;

/// <summary>Writes the text that <see cref="ExprParser"/> reads back to an equal expression.</summary>
internal static class ExprWriter
{
    public static string Write(Expr e) =>
        e switch
        {
            Constant c => Number(c.Value),
            Symbol s => s.Name,
            Call call when call.Function == Function.Group => $"({call.Arguments[0]})",
            Call call => $"{call.Function.Name}({string.Join(", ", call.Arguments)})",
            Product p => (p.Coefficient < 0 ? "-" : "") + Term(Math.Abs(p.Coefficient), p.Factors),
            Sum s => Write(s, Term, Number),
            _ => throw new NotSupportedException(),
        };

    /// <summary>c as p/q: exact, with q = 1 where the decimal is the better text.</summary>
    internal static (double P, double Q) Fraction(double c)
    {
        const int max = 1000;
        if (c == Math.Floor(c))
            return (c, 1);
        var inverse = Math.Round(1 / c);
        if (inverse <= 1e6 && 1 / inverse == c)
            return (1, inverse);
        if (Number(c).Length <= 8)
            return (c, 1);
        for (var q = 3; q <= max; q++)
        {
            var p = Math.Round(c * q);
            if (p <= max && p * (1.0 / q) == c)
                return (p, q);
        }
        return (c, 1);
    }

    /// <summary>The shortest text of a number that reads back to it.</summary>
    internal static string Number(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        // "R" is one digit short for some powers of two: 2⁻²⁵ reads back as its neighbour.
        return double.Parse(text, CultureInfo.InvariantCulture) == value ? text : value.ToString("G17", CultureInfo.InvariantCulture);
    }

    /// <summary>A sum with its signs; each notation writes terms and numbers in its own way.</summary>
    internal static string Write(Sum sum, Func<double, IReadOnlyList<(Expr Base, int Exponent)>, string> term, Func<double, string> number)
    {
        var text = "";
        foreach (var (coefficient, factor) in sum.Terms)
            Append(coefficient < 0, term(Math.Abs(coefficient), factor is Product p ? p.Factors : [(factor, 1)]));
        if (sum.Constant != 0)
            Append(sum.Constant < 0, number(Math.Abs(sum.Constant)));
        return text;

        void Append(bool negative, string part) =>
            text += (text.Length == 0, negative) switch
            {
                (true, false) => part,
                (true, true) => "-" + part,
                (false, false) => " + " + part,
                (false, true) => " - " + part,
            };
    }

    private static string Term(double magnitude, IReadOnlyList<(Expr Base, int Exponent)> factors)
    {
        var (p, q) = Fraction(magnitude);
        var numerator = factors.Where(f => f.Exponent > 0).Select(f => Power(f.Base, f.Exponent)).ToList();
        var denominator = factors.Where(f => f.Exponent < 0).Select(f => Power(f.Base, -f.Exponent)).ToList();
        if (p != 1 || numerator.Count == 0)
            numerator.Insert(0, Number(p));
        if (q != 1)
            denominator.Insert(0, Number(q));
        var text = string.Join("*", numerator);
        return denominator.Count switch
        {
            0 => text,
            1 => $"{text}/{denominator[0]}",
            _ => $"{text}/({string.Join("*", denominator)})",
        };
    }

    private static string Power(Expr b, int exponent)
    {
        var text = b is Sum ? $"({b})" : b.ToString();
        return exponent == 1 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}^{exponent}");
    }
}
