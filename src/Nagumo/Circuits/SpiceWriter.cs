using System.Globalization;
using Nagumo.Symbolics;

namespace Nagumo.Circuits;

/// <summary>Writes an expression as ngspice's behavioural sources read it.</summary>
/// <remarks>Powers are products: ^, ** and pow() take the absolute value of a negative base in ngspice. Every sum and factor is in parentheses.</remarks>
internal static class SpiceWriter
{
    /// <summary>The text of an expression.</summary>
    /// <param name="e">The expression.</param>
    /// <param name="name">What stands for a symbol, e.g. "(V(n1)-0.2075)".</param>
    public static string Write(Expr e, Func<Symbol, string> name) =>
        e switch
        {
            Constant c => Number(c.Value),
            Symbol s => name(s),
            Sum sum => Write(sum, name),
            Product product => Write(product, name),
            Call call => Write(call, [.. call.Arguments.Select(a => Write(a, name))]),
            _ => throw new NotSupportedException($"No text for {e.GetType().Name}."),
        };

    /// <summary>The shortest text that reads back to the number; a negative one in parentheses.</summary>
    public static string Number(double value) => value < 0 ? $"({Plain(value)})" : Plain(value);

    /// <summary>The shortest text that reads back to the number, as an element's value.</summary>
    public static string Plain(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');

    private static string Write(Sum sum, Func<Symbol, string> name)
    {
        var terms = sum.Terms.Select(t => t.Coefficient == 1 ? Write(t.Factor, name) : $"{Number(t.Coefficient)}*{Write(t.Factor, name)}");
        string text = string.Join("+", sum.Constant == 0 ? terms : terms.Prepend(Number(sum.Constant)));
        return $"({text})";
    }

    private static string Write(Product product, Func<Symbol, string> name)
    {
        List<string> over = product.Coefficient == 1 ? [] : [Number(product.Coefficient)],
            under = [];
        foreach (var (b, exponent) in product.Factors)
            (exponent > 0 ? over : under).AddRange(Enumerable.Repeat(Write(b, name), Math.Abs(exponent)));
        string text = over.Count == 0 ? "1" : string.Join("*", over);
        return under.Count == 0 ? text : $"({text}/({string.Join("*", under)}))";
    }

    private static string Write(Call call, string[] a) =>
        call.Function.Name switch
        {
            "log" => $"ln({a[0]})",
            "sign" => $"sgn({a[0]})",
            "sigmoid" => $"(0.5+0.5*tanh(0.5*{a[0]}))",
            // ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), and ln cosh x = |x| − ln 2 + ln(1 + e^−2|x|): without overflow.
            "softplus" => $"(max({a[0]},0)+ln(1+exp(-abs({a[0]}))))",
            "logcosh" => $"(abs({a[0]})-{Plain(Math.Log(2))}+ln(1+exp(-2*abs({a[0]}))))",
            "select" => $"(({a[0]}>=0)?({a[1]}):({a[2]}))",
            var f => $"{f}({string.Join(",", a)})",
        };
}
