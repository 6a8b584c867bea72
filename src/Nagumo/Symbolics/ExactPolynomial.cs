namespace Nagumo.Symbolics;

/// <summary>Σ cₙ xⁿ with exact coefficients, each with what rounding of the numbers it was made of may have changed it by.</summary>
/// <remarks>
/// Its real roots lie between those of its derivative, where it is monotonic: signs there are exact, so that no root is missed, wherever the origin.
/// A turning point at which the value is no more than that rounding is a root of even order, or several that rounding cannot tell apart.
/// </remarks>
internal sealed class ExactPolynomial
{
    /// <summary>Relative rounding of a number, and how many times the first-order bound counts as rounding.</summary>
    private const double Ulp = 1.2e-16,
        Safety = 8;

    private readonly Dyadic[] _c;
    private readonly double[] _error,
        _near;
    private ExactPolynomial? _derivative;

    private ExactPolynomial(Dyadic[] c, double[] error)
    {
        // A highest power that rounding has left is none.
        int n = c.Length;
        while (n > 0 && (c[n - 1].Sign == 0 || Math.Abs(c[n - 1].Value) <= Safety * error[n - 1]))
            n--;
        (_c, _error) = (c[..n], error[..n]);
        _near = [.. _c.Select(x => x.Value)];
    }

    public static readonly ExactPolynomial Zero = new([], []);

    public static readonly ExactPolynomial One = new([Dyadic.Of(1)], [0]);

    /// <summary>A number as it was read, rounded.</summary>
    public static ExactPolynomial Of(double x) => new([Dyadic.Of(x)], [Ulp * Math.Abs(x)]);

    /// <summary>origin + x.</summary>
    public static ExactPolynomial From(double origin) => new([Dyadic.Of(origin), Dyadic.Of(1)], [0, 0]);

    /// <summary>−1 for 0.</summary>
    public int Degree => _c.Length - 1;

    public ExactPolynomial Derivative =>
        _derivative ??=
            Degree < 1
                ? Zero
                : new([.. _c.Skip(1).Select((c, n) => c * Dyadic.Of(n + 1))], [.. _error.Skip(1).Select((e, n) => e * (n + 1))]);

    public static ExactPolynomial operator +(ExactPolynomial a, ExactPolynomial b)
    {
        int length = Math.Max(a._c.Length, b._c.Length);
        var c = new Dyadic[length];
        double[] error = new double[length];
        for (int n = 0; n < length; n++)
        {
            c[n] = (n < a._c.Length ? a._c[n] : Dyadic.Zero) + (n < b._c.Length ? b._c[n] : Dyadic.Zero);
            error[n] = (n < a._c.Length ? a._error[n] : 0) + (n < b._c.Length ? b._error[n] : 0);
        }
        return new(c, error);
    }

    public static ExactPolynomial operator -(ExactPolynomial a) => new([.. a._c.Select(c => -c)], a._error);

    public static ExactPolynomial operator *(ExactPolynomial a, ExactPolynomial b)
    {
        if (a.Degree < 0 || b.Degree < 0)
            return Zero;
        var c = new Dyadic[a._c.Length + b._c.Length - 1];
        double[] error = new double[c.Length];
        Array.Fill(c, Dyadic.Zero);
        for (int i = 0; i < a._c.Length; i++)
        for (int j = 0; j < b._c.Length; j++)
        {
            c[i + j] += a._c[i] * b._c[j];
            error[i + j] += Math.Abs(a._near[i]) * b._error[j] + a._error[i] * Math.Abs(b._near[j]);
        }
        return new(c, error);
    }

    /// <summary>Whether both are the same to the last bit.</summary>
    public bool Same(ExactPolynomial other) =>
        _near.AsSpan().SequenceEqual(other._near) && _c.Zip(other._c).All(p => (p.First + -p.Second).Sign == 0);

    public Dyadic At(Dyadic x)
    {
        var sum = Dyadic.Zero;
        for (int n = Degree; n >= 0; n--)
            sum = sum * x + _c[n];
        return sum;
    }

    /// <summary>Whether the value is 0 as far as the coefficients, and the place, are known.</summary>
    public bool VanishesAt(double x) => Math.Abs(At(Dyadic.Of(x)).Value) <= Rounding(x);

    /// <summary>What rounding of the coefficients, and of the place, may have changed the value by.</summary>
    public double Rounding(double x) => Noise(x) + 4 * Ulp * Math.Abs(x) * Math.Abs(Derivative.At(Dyadic.Of(x)).Value);

    /// <summary>The quotient by x − root, for a polynomial that vanishes there.</summary>
    public ExactPolynomial Without(double root)
    {
        var at = Dyadic.Of(root);
        var c = new Dyadic[Degree];
        double[] error = new double[Degree];
        var carry = Dyadic.Zero;
        double carried = 0;
        for (int n = Degree; n > 0; n--)
        {
            c[n - 1] = carry = _c[n] + carry * at;
            error[n - 1] = carried = _error[n] + carried * Math.Abs(root);
        }
        return new(c, error);
    }

    /// <summary>All real roots in an interval, increasing.</summary>
    public IReadOnlyList<Root> Roots(double low, double high)
    {
        if (Degree < 1)
            return [];
        double[] turns = [.. Derivative.Places(low, high).Where(x => x > low && x < high)];
        var roots = new List<Root>();
        double last = low,
            level = double.NaN;
        int sign = SignAt(low);
        foreach (double x in turns.Append(high))
        {
            if (x != high && Math.Abs(At(Dyadic.Of(x)).Value) <= Noise(x))
            {
                level = double.IsNaN(level) ? x : level;
                continue;
            }
            int next = SignAt(x);
            if (next != sign)
                roots.Add(new(Crossing(last, x, sign), Passage.Crosses));
            else if (!double.IsNaN(level))
                roots.Add(new(level, Passage.Touches));
            (last, level, sign) = (x, double.NaN, next);
        }
        return roots;
    }

    /// <summary>Places between which the sign does not change.</summary>
    private List<double> Places(double low, double high)
    {
        if (Degree < 1)
            return [];
        var places = new List<double>();
        double last = low;
        int sign = SignAt(low);
        foreach (double x in Derivative.Places(low, high).Append(high))
        {
            int next = SignAt(x);
            if (next == 0)
                places.Add(x);
            else if (sign * next < 0)
                places.Add(Crossing(last, x, sign));
            (last, sign) = (x, next);
        }
        return places;
    }

    /// <summary>The place, to the last bit, at which the sign changes: halved on the doubles themselves, so that every magnitude is alike.</summary>
    private double Crossing(double low, double high, int sign)
    {
        static long Key(double x) => BitConverter.DoubleToInt64Bits(x) is var bits && bits < 0 ? long.MinValue - bits : bits;
        long a = Key(low),
            b = Key(high);
        while (true)
        {
            long middle = (a >> 1) + (b >> 1) + (a & b & 1);
            if (middle == a || middle == b)
                break;
            double x = BitConverter.Int64BitsToDouble(middle < 0 ? long.MinValue - middle : middle);
            int at = SignAt(x);
            if (at == 0)
                return x;
            if (at == sign)
                a = middle;
            else
                b = middle;
        }
        double first = Back(a),
            second = Back(b);
        return Math.Abs(At(Dyadic.Of(first)).Value) <= Math.Abs(At(Dyadic.Of(second)).Value) ? first : second;

        static double Back(long key) => BitConverter.Int64BitsToDouble(key < 0 ? long.MinValue - key : key);
    }

    /// <summary>The exact sign; in double where that is certain.</summary>
    private int SignAt(double x)
    {
        double sum = 0,
            size = 0;
        for (int n = Degree; n >= 0; n--)
        {
            sum = sum * x + _near[n];
            size = size * Math.Abs(x) + Math.Abs(_near[n]);
        }
        return double.IsFinite(size) && Math.Abs(sum) > 4 * (Degree + 2) * Ulp * size + 1e-290 ? Math.Sign(sum) : At(Dyadic.Of(x)).Sign;
    }

    private double Noise(double x)
    {
        double noise = 0;
        for (int n = Degree; n >= 0; n--)
            noise = noise * Math.Abs(x) + Safety * _error[n];
        // Beyond the range of double nothing is judged by it.
        return double.IsFinite(noise) ? noise : 0;
    }
}
