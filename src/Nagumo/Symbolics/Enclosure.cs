namespace Nagumo.Symbolics;

/// <summary>An interval [Low, High] that encloses the values of an expression on an interval of its symbol.</summary>
/// <remarks>Every operation is widened by a few roundings, so that what lies outside is certainly no value. [Moore 1966]</remarks>
internal readonly record struct Enclosure(double Low, double High)
{
    /// <summary>Larger than what one rounded elementary operation loses.</summary>
    private const double Slack = 4e-16;

    /// <summary>All numbers.</summary>
    public static readonly Enclosure Everything = new(double.NegativeInfinity, double.PositiveInfinity);

    public bool Contains(double x) => Low <= x && x <= High;

    /// <summary>A number.</summary>
    public static implicit operator Enclosure(double x) => new(x, x);

    /// <summary>The values this far to both sides of a point that has these, where the slope is enclosed.</summary>
    public Enclosure Plus(Enclosure slope, double reach) => Add(this, Times(slope, new(-reach, reach)));

    /// <summary>The expressions from whose enclosures <see cref="Of(Expr, ReadOnlySpan{Enclosure}, double)"/> makes that of <paramref name="e"/>.</summary>
    internal static Expr[] Operands(Expr e) =>
        e switch
        {
            Sum s when Squeezed(s) is { } tanh => [tanh.Arguments[0]],
            Sum s => [.. s.Terms.Select(t => t.Factor)],
            Product p => [.. p.Factors.Select(f => f.Base)],
            Call c => [.. c.Arguments],
            _ => [],
        };

    /// <summary>The enclosure of an expression other than a symbol from those of its <see cref="Operands"/>.</summary>
    /// <param name="e">The expression.</param>
    /// <param name="operands">The enclosures.</param>
    /// <param name="ulp">What its numbers are rounded by, relative to them: 0 where they are taken as exact.</param>
    internal static Enclosure Of(Expr e, ReadOnlySpan<Enclosure> operands, double ulp = 0)
    {
        Enclosure Number(double x) => new(x - ulp * Math.Abs(x), x + ulp * Math.Abs(x));
        switch (e)
        {
            case Constant c:
                return Number(c.Value);
            case Sum s when Squeezed(s) is not null:
                return Bell(operands[0]);
            case Sum s:
                var sum = Number(s.Constant);
                for (int i = 0; i < operands.Length; i++)
                    sum = Add(sum, Times(Number(s.Terms[i].Coefficient), operands[i]));
                return sum;
            case Product p:
                var product = Number(p.Coefficient);
                for (int i = 0; i < operands.Length; i++)
                    product = Times(product, Power(operands[i], p.Factors[i].Exponent));
                return product;
            case Call c:
                return Of(c, operands);
            default:
                throw new NotSupportedException();
        }
    }

    /// <summary>The tanh of 1 − tanh², its slope: the sum alone would lose that it vanishes where tanh is ±1.</summary>
    private static Call? Squeezed(Sum s) =>
        s
            is {
                Constant: 1,
                Terms: [
                    {
                        Coefficient: -1,
                        Factor: Product { Coefficient: 1, Factors: [{ Exponent: 2, Base: Call { Function.Name: "tanh" } t }] }
                    },
                ]
            }
            ? t
            : null;

    private static Enclosure Of(Call c, ReadOnlySpan<Enclosure> a)
    {
        double At(params double[] arguments) => c.Function.Real(arguments);
        double At1(double x) => At(x);
        return c.Function.Name switch
        {
            "min" or "max" => Wide(At(a[0].Low, a[1].Low), At(a[0].High, a[1].High)),
            "select" => a[0].Low >= 0 ? a[1]
            : a[0].High < 0 ? a[2]
            : new(Math.Min(a[1].Low, a[2].Low), Math.Max(a[1].High, a[2].High)),
            // Even, and increasing away from 0.
            "abs" or "logcosh" => Even(At1, a[0]),
            "sin" => Wave(At1, a[0], crest: 0.25),
            "cos" => Wave(At1, a[0], crest: 0),
            "log" or "sqrt" when a[0].Low < 0 => Everything,
            // The others increase.
            _ => Wide(At(a[0].Low), At(a[0].High)),
        };
    }

    private static Enclosure Even(Func<double, double> f, Enclosure a)
    {
        double low = f(a.Low),
            high = f(a.High);
        return Wide(a.Contains(0) ? f(0) : Math.Min(low, high), Math.Max(low, high));
    }

    /// <summary>1 − tanh² = 1/cosh²: even, and decreasing away from 0.</summary>
    private static Enclosure Bell(Enclosure a)
    {
        double low = Math.Abs(a.Low),
            high = Math.Abs(a.High);
        static double At(double x) => 1 / Math.Pow(Math.Cosh(x), 2);
        // Rounding of the argument, too, is multiplied with 2x.
        return Wide(
            At(Math.Max(low, high)),
            a.Contains(0) ? 1 : At(Math.Min(low, high)),
            Slack * (4 + 4 * Math.Min(Math.Max(low, high), 1e3))
        );
    }

    /// <summary>A sine: its ends, 1 where a crest lies between them and −1 where a trough does.</summary>
    /// <param name="f">The sine.</param>
    /// <param name="a">Its argument.</param>
    /// <param name="crest">Where its crests are, in turns.</param>
    private static Enclosure Wave(Func<double, double> f, Enclosure a, double crest)
    {
        double low = a.Low / Math.Tau - crest,
            high = a.High / Math.Tau - crest,
            // What these two may have lost to rounding.
            near = 4 * Slack * Math.Max(1, Math.Max(Math.Abs(low), Math.Abs(high)));
        // Also where an end is infinite or not a number.
        if (!(high - low < 1))
            return new(-1, 1);
        bool Holds(double turns) => Math.Floor(high + near - turns) >= Math.Ceiling(low - near - turns);
        var ends = Wide(Math.Min(f(a.Low), f(a.High)), Math.Max(f(a.Low), f(a.High)));
        return new(Holds(0.5) ? -1 : ends.Low, Holds(0) ? 1 : ends.High);
    }

    private static Enclosure Add(Enclosure a, Enclosure b) => Wide(a.Low + b.Low, a.High + b.High);

    private static Enclosure Times(Enclosure a, Enclosure b)
    {
        double p = Product(a.Low, b.Low),
            q = Product(a.Low, b.High),
            r = Product(a.High, b.Low),
            s = Product(a.High, b.High);
        return Wide(Math.Min(Math.Min(p, q), Math.Min(r, s)), Math.Max(Math.Max(p, q), Math.Max(r, s)));
    }

    // An infinite end stands for arbitrarily large numbers: times 0 it is 0.
    private static double Product(double a, double b) => a == 0 || b == 0 ? 0 : a * b;

    private static Enclosure Power(Enclosure a, int n)
    {
        if (n < 0)
            return a.Contains(0) ? Everything : Times(new(1, 1), Inverse(Power(a, -n)));
        var power = n % 2 == 0 ? Even(x => Math.Pow(x, n), a) : Wide(Math.Pow(a.Low, n), Math.Pow(a.High, n));
        // A kernel multiplies: n factors round n − 1 times.
        return Wide(power.Low, power.High, n * Math.ScaleB(1, -53));
    }

    private static Enclosure Inverse(Enclosure a) => a.Contains(0) ? Everything : Wide(1 / a.High, 1 / a.Low);

    private static Enclosure Wide(double low, double high, double slack = Slack)
    {
        // What overflowed is at least the largest number.
        low = double.IsPositiveInfinity(low) ? double.MaxValue : low - slack * Math.Abs(low);
        high = double.IsNegativeInfinity(high) ? double.MinValue : high + slack * Math.Abs(high);
        return double.IsNaN(low) || double.IsNaN(high) ? Everything : new(low, high);
    }
}
