using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;
using static Nagumo.Tests.Symbolics.RandomExpr;

namespace Nagumo.Tests.Symbolics;

public sealed class ExprParserTests
{
    private static readonly Symbol U = new("u"),
        V = new("v"),
        K = new("k"),
        Gamma = new("gamma");

    [Fact]
    public void Text_reads_back_to_an_equal_expression() =>
        Any(4).ForAll(e => Assert.Equal(e, Expr.Parse(e.ToString(), n => RandomExpr.Symbols.FirstOrDefault(s => s.Name == n))), iter: 5000);

    [Fact]
    public void Numbers_read_back_even_where_the_shortest_format_does_not() =>
        Assert.Equal(Math.Pow(2, -25), Parse(((Expr)Math.Pow(2, -25)).ToString()));

    [Fact]
    public void The_potential_of_a_configuration_file_is_the_one_of_the_code() =>
        Assert.Equal(-K * (U * U / 2 - Pow(U, 4) / 12) + U * V - Gamma * V * V / 2, Parse("-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2"));

    // Where eᵘ overflows it is u, and its slope 1, not ∞/∞.
    [Fact]
    public void The_logarithm_of_one_and_an_exponential_is_softplus()
    {
        var f = Parse("log(1 + exp(u))");
        Assert.Equal(Softplus(U), f);
        Assert.Equal(1000, f.Evaluate((Symbol _) => 1000));
        Assert.Equal(1, f.Derive(U).Evaluate((Symbol _) => 1000));
        Assert.Equal(Softplus(2 * U), Parse("ln(exp(2*u) + 1)"));
        Assert.NotEqual(Softplus(U), Parse("log(2 + exp(u))"));
    }

    [Fact]
    public void Powers_bind_tighter_than_signs_and_products()
    {
        Assert.Equal(-Pow(U, 2), Parse("-u^2"));
        Assert.Equal(Pow(U, 4) / 12, Parse("u^4/12"));
        Assert.Equal(1 / Pow(U, 2), Parse("u^-2"));
        Assert.Equal(-Pow(U, 4) / 12 + 2 / Pow(U, 2), Parse("-u**4/12 + 2*u ** -2"));
        Assert.Equal(2e-3 * U, Parse("2e-3*u"));
    }

    [Theory]
    [InlineData("u*v - u^2/2 + gama", 14, "unknown name 'gama' at position 14; did you mean 'gamma'?")]
    [InlineData("2*tahn(u)", 2, "unknown function 'tahn' at position 2; did you mean 'tanh'?")]
    [InlineData("u + ", 4, "unexpected end, expected a number, a name or '(', at position 4")]
    [InlineData("(u + v", 6, "unexpected end, expected ')', at position 6")]
    [InlineData("u v", 2, "unexpected 'v', expected an operator or the end, at position 2")]
    [InlineData(
        "u^v",
        2,
        "the right side of ^ must be an integer at position 2; powers are u^4 or u**4, otherwise sqrt(u) or, for u > 0, pow(u, 1.5)"
    )]
    [InlineData(
        "u**0.5",
        3,
        "the right side of ^ must be an integer at position 3; powers are u^4 or u**4, otherwise sqrt(u) or, for u > 0, pow(u, 1.5)"
    )]
    [InlineData("2*Pow(u, 4)", 2, "unknown function 'Pow' at position 2; did you mean 'pow'?")]
    [InlineData("u**2**3", 4, "^ does not chain; use parentheses at position 4")]
    [InlineData("u* *2", 3, "unexpected '*', expected a number, a name or '(', at position 3")]
    [InlineData("u^2^3", 3, "^ does not chain; use parentheses at position 3")]
    [InlineData("min(u)", 0, "min takes 2 arguments, not 1, at position 0")]
    [InlineData("2*U", 2, "unknown name 'U' at position 2; did you mean 'u'?")]
    [InlineData(
        "u^(1/2)",
        3,
        "the right side of ^ must be an integer at position 3; powers are u^4 or u**4, otherwise sqrt(u) or, for u > 0, pow(u, 1.5)"
    )]
    [InlineData("u/(1-1)", 1, "division by 0 at position 1")]
    public void Errors_say_what_and_where(string text, int position, string message)
    {
        var error = Assert.Throws<ExpressionFormatException>(() => Parse(text));
        Assert.Equal(position, error.Position);
        Assert.Equal($"{message}\n  {text}\n  {new string(' ', position)}^", error.Message);
    }

    [Fact]
    public void Nesting_is_bounded() => Assert.Throws<ExpressionFormatException>(() => Parse(new string('(', 100_000)));

    private static Expr Parse(string text) => Expr.Parse(text, n => new[] { U, V, K, Gamma }.FirstOrDefault(s => s.Name == n));
}
