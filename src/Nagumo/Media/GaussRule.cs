namespace Nagumo.Media;

/// <summary>The collocation rule at the four Gauss points of [0, 1], and the polynomial of degree 4 through 0 and these points.</summary>
/// <remarks>Order 8 at the ends of the interval. [Hairer, Nørsett and Wanner 1993, §II.7, doi:10.1007/978-3-540-78862-1]</remarks>
internal static class GaussRule
{
    /// <summary>Points of the rule.</summary>
    public const int Stages = 4;

    private static readonly double[] _nodes = Nodes();

    /// <summary>The polynomial's nodes: 0, then the Gauss points.</summary>
    private static readonly double[] _points = [0, .. _nodes];

    /// <summary>Barycentric weights of the polynomial's nodes. [Berrut and Trefethen 2004, doi:10.1137/S0036144502417715]</summary>
    private static readonly double[] _barycentric =
    [
        .. _points.Select(p => 1 / _points.Where(q => q != p).Aggregate(1.0, (product, q) => product * (p - q))),
    ];

    private static readonly double[] _weights = [.. Enumerable.Range(0, Stages).Select(k => Integral(k, 1))];
    private static readonly double[,] _inner = Inner();

    /// <summary>A Gauss point.</summary>
    public static double Node(int s) => _nodes[s];

    /// <summary>b: the integral over the interval by the values at the points.</summary>
    public static double Weight(int k) => _weights[k];

    /// <summary>a: the integral up to point s by the values at the points.</summary>
    public static double Weight(int s, int k) => _inner[s, k];

    /// <summary>The polynomial at a share of the interval.</summary>
    public static double Value(double[] piece, double share)
    {
        double above = 0,
            below = 0;
        for (int i = 0; i <= Stages; i++)
        {
            if (share == _points[i])
                return piece[i];
            double w = _barycentric[i] / (share - _points[i]);
            above += w * piece[i];
            below += w;
        }
        return above / below;
    }

    /// <summary>Its fourth derivative, a constant: 4! times the divided difference.</summary>
    public static double Fourth(double[] piece)
    {
        double sum = 0;
        for (int i = 0; i <= Stages; i++)
            sum += _barycentric[i] * piece[i];
        return 24 * sum;
    }

    /// <summary>The beginning of the interval, and the shares at which the polynomial turns.</summary>
    public static IEnumerable<double> Turns(double[] piece)
    {
        const int Parts = 8;
        yield return 0;
        for (int i = 0; i < Parts; i++)
        {
            double a = i / (double)Parts,
                b = (i + 1) / (double)Parts;
            if (Slope(piece, a) * Slope(piece, b) < 0)
                yield return Bisected(s => Slope(piece, s), a, b);
        }
    }

    /// <summary>A share at which the polynomial, below a value at the beginning and not below it at the end, has it.</summary>
    public static double Crossing(double[] piece, double value) => Bisected(s => Value(piece, s) - value, 0, 1);

    private static double Slope(double[] piece, double share)
    {
        // Five points are exact for a polynomial of degree 4.
        const double H = 1e-4;
        return (8 * (Value(piece, share + H) - Value(piece, share - H)) - Value(piece, share + 2 * H) + Value(piece, share - 2 * H))
            / (12 * H);
    }

    private static double Bisected(Func<double, double> f, double low, double high)
    {
        bool rises = f(low) < 0;
        for (int i = 0; i < 48; i++)
        {
            double middle = 0.5 * (low + high);
            if (f(middle) < 0 == rises)
                low = middle;
            else
                high = middle;
        }
        return 0.5 * (low + high);
    }

    /// <summary>The roots of the Legendre polynomial P₄ on [0, 1]: ½ ± ½ √((15 ± 2√30)/35).</summary>
    private static double[] Nodes()
    {
        double far = Math.Sqrt((15 + 2 * Math.Sqrt(30)) / 35),
            near = Math.Sqrt((15 - 2 * Math.Sqrt(30)) / 35);
        return [0.5 - 0.5 * far, 0.5 - 0.5 * near, 0.5 + 0.5 * near, 0.5 + 0.5 * far];
    }

    private static double[,] Inner()
    {
        var a = new double[Stages, Stages];
        for (int s = 0; s < Stages; s++)
        for (int k = 0; k < Stages; k++)
            a[s, k] = Integral(k, _nodes[s]);
        return a;
    }

    /// <summary>∫₀ᶜ of the polynomial that is 1 at Gauss point k and 0 at the others: of degree 3, so exact by the two-point Gauss rule.</summary>
    private static double Integral(int k, double c)
    {
        double Lagrange(double x)
        {
            double product = 1;
            for (int i = 0; i < Stages; i++)
                if (i != k)
                    product *= (x - _nodes[i]) / (_nodes[k] - _nodes[i]);
            return product;
        }
        double half = 0.5 / Math.Sqrt(3);
        return 0.5 * c * (Lagrange(c * (0.5 - half)) + Lagrange(c * (0.5 + half)));
    }
}
