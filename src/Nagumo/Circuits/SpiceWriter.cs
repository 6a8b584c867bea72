using System.Globalization;
using Nagumo.Symbolics;

namespace Nagumo.Circuits;

/// <summary>Writes an expression as ngspice's behavioural sources read it.</summary>
/// <remarks>Powers are products: ^, ** and pow() take the absolute value of a negative base in ngspice. Every sum and factor is in parentheses.</remarks>
internal static class SpiceWriter
{
    /// <summary>What magnitudes a netlist takes: those beyond are no quantity of a circuit, and SPICE's own arithmetic leaves them.</summary>
    public const double Least = 1e-200,
        Largest = 1e200;

    /// <summary>Whether a number can stand in a netlist.</summary>
    public static bool IsWritable(double value) => value == 0 || Math.Abs(value) is >= Least and <= Largest;

    /// <summary>The text of an expression.</summary>
    /// <param name="e">The expression.</param>
    /// <param name="name">What stands for a symbol, e.g. "(V(n1)-0.2075)".</param>
    /// <param name="number">What stands for a number, a negative one in parentheses; null for <see cref="Number"/>.</param>
    public static string Write(Expr e, Func<Symbol, string> name, Func<double, string>? number = null) =>
        e switch
        {
            Constant c => (number ?? Number)(c.Value),
            Symbol s => name(s),
            Sum sum => Write(sum, name, number ?? Number),
            Product product => Write(product, name, number ?? Number),
            Call call => Write(call, [.. call.Arguments.Select(a => Write(a, name, number))]),
            _ => throw new NotSupportedException($"No text for {e.GetType().Name}."),
        };

    /// <summary>The shortest text that reads back to the number; a negative one in parentheses.</summary>
    public static string Number(double value) => value < 0 ? $"({Plain(value)})" : Plain(value);

    /// <summary>The shortest text that reads back to the number, as an element's value.</summary>
    public static string Plain(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');

    private static string Write(Sum sum, Func<Symbol, string> name, Func<double, string> number)
    {
        List<string> terms = sum.Constant == 0 ? [] : [number(sum.Constant)];
        foreach (var t in sum.Terms)
            terms.Add(t.Coefficient == 1 ? Write(t.Factor, name, number) : $"{number(t.Coefficient)}*{Write(t.Factor, name, number)}");
        string text = string.Join("+", terms);
        return $"({text})";
    }

    private static string Write(Product product, Func<Symbol, string> name, Func<double, string> number)
    {
        List<string> over = product.Coefficient == 1 ? [] : [number(product.Coefficient)],
            under = [];
        foreach (var (b, exponent) in product.Factors)
            (exponent > 0 ? over : under).AddRange(Enumerable.Repeat(Write(b, name, number), Math.Abs(exponent)));
        string text = over.Count == 0 ? "1" : string.Join("*", over);
        return under.Count == 0 ? text : $"({text}/({string.Join("*", under)}))";
    }

    private static string Write(Call call, string[] a) =>
        call.Function.Name switch
        {
            "group" => $"({a[0]})",
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
