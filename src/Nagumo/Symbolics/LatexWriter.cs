using System.Globalization;

namespace Nagumo.Symbolics;

/// <summary>Writes an expression as LaTeX.</summary>
internal static class LatexWriter
{
    private static readonly System.Collections.Frozen.FrozenSet<string> Greek =
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
    ];

    public static string Write(Expr e) =>
        e switch
        {
            Constant c => Number(c.Value),
            Symbol s => Name(s.Name),
            Call call => string.Format(
                CultureInfo.InvariantCulture,
                call.Function.Latex,
                [.. call.Arguments.Select(a => (object)Write(a))]
            ),
            Product p => (p.Coefficient < 0 ? "-" : "") + Term(Math.Abs(p.Coefficient), p.Factors),
            Sum s => ExprWriter.Write(s, Term, Number),
            _ => throw new NotSupportedException(),
        };

    private static string Term(double magnitude, IReadOnlyList<(Expr Base, int Exponent)> factors)
    {
        var (p, q) = ExprWriter.Fraction(magnitude);
        var numerator = factors.Where(f => f.Exponent > 0).Select(f => Power(f.Base, f.Exponent)).ToList();
        var denominator = factors.Where(f => f.Exponent < 0).Select(f => Power(f.Base, -f.Exponent)).ToList();
        if (p != 1 || numerator.Count == 0)
            numerator.Insert(0, Number(p));
        if (q != 1)
            denominator.Insert(0, Number(q));
        var over = string.Join(@"\,", numerator);
        return denominator.Count == 0 ? over : $@"\frac{{{over}}}{{{string.Join(@"\,", denominator)}}}";
    }

    private static string Power(Expr b, int exponent)
    {
        // A name with an index or a call takes braces, so that the exponent stands clear of it.
        var text = b switch
        {
            Sum => $@"\left({Write(b)}\right)",
            Symbol => Write(b),
            _ => $"{{{Write(b)}}}",
        };
        return exponent == 1
            ? Write(b) is var plain && b is Sum
                ? text
                : plain
            : string.Create(CultureInfo.InvariantCulture, $"{text}^{{{exponent}}}");
    }

    private static string Number(double value)
    {
        var text = ExprWriter.Number(value);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        return e < 0
            ? text
            : $@"{text[..e]} \cdot 10^{{{int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)}}}";
    }

    /// <summary>gamma → \gamma, tau_v → \tau_{v}, rate → \mathrm{rate}, x1 → x_{1}.</summary>
    private static string Name(string name)
    {
        var cut = name.AsSpan().IndexOfAny('_', '.');
        if (cut > 0)
            return $"{Stem(name[..cut])}_{{{Stem(name[(cut + 1)..])}}}";
        var letters = name.TrimEnd([.. "0123456789"]);
        return letters.Length is 0 || letters == name ? Stem(name) : $"{Stem(letters)}_{{{name[letters.Length..]}}}";
    }

    private static string Stem(string name)
    {
        var lower = name.ToLowerInvariant();
        if (Greek.Contains(lower))
            return $@"\{(char.IsUpper(name[0]) ? char.ToUpperInvariant(lower[0]) + lower[1..] : lower)}";
        return name.Length <= 1 || name.All(char.IsDigit) ? name : $@"\mathrm{{{name.Replace("_", @"\_", StringComparison.Ordinal)}}}";
    }
}
