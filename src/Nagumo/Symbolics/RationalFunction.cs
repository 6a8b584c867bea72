namespace Nagumo.Symbolics;

/// <summary>A quotient of exact polynomials; what vanishes in both, to rounding, is cancelled.</summary>
internal sealed class RationalFunction : ISmooth
{
    /// <summary>Where poles and roots are looked for.</summary>
    private const double Far = 1e60;

    private readonly ExactPolynomial _top,
        _bottom;

    private RationalFunction(ExactPolynomial top, ExactPolynomial bottom)
    {
        if (top.Degree < 0)
            bottom = ExactPolynomial.One;
        if (bottom.Degree > 0)
            foreach (var pole in bottom.Roots(-Far, Far))
                while (bottom.Degree > 0 && top.Degree > 0 && bottom.VanishesAt(pole.At) && top.VanishesAt(pole.At))
                    (top, bottom) = (top.Without(pole.At), bottom.Without(pole.At));
        (_top, _bottom) = (top, bottom);
    }

    public static RationalFunction Of(ExactPolynomial p) => new(p, ExactPolynomial.One);

    public bool IsZero => _top.Degree < 0;

    /// <summary>Whether it does not depend on x.</summary>
    public bool IsConstant => _top.Degree <= 0 && _bottom.Degree <= 0;

    public RationalFunction Inverse =>
        IsZero ? throw new DivideByZeroException("a rational function that is 0 has no inverse.") : new(_bottom, _top);

    public RationalFunction Derivative => new(_top.Derivative * _bottom + -(_top * _bottom.Derivative), _bottom * _bottom);

    public static RationalFunction operator +(RationalFunction a, RationalFunction b) =>
        a.IsZero ? b
        : b.IsZero ? a
        : a._bottom.Same(b._bottom) ? new(a._top + b._top, a._bottom)
        : new(a._top * b._bottom + b._top * a._bottom, a._bottom * b._bottom);

    public static RationalFunction operator -(RationalFunction a) => new(-a._top, a._bottom);

    public static RationalFunction operator *(RationalFunction a, RationalFunction b) => new(a._top * b._top, a._bottom * b._bottom);

    /// <summary>The value; infinite or not a number at a pole.</summary>
    public double At(Dyadic x)
    {
        var (top, bottom) = (_top.At(x), _bottom.At(x));
        return bottom.Sign != 0
            ? top.Sign == 0
                ? 0
                : Dyadic.Ratio(top, bottom)
            : top.Sign == 0
                ? double.NaN
                : double.PositiveInfinity * top.Sign;
    }

    /// <inheritdoc/>
    public double At(double x) => At(Dyadic.Of(x));

    /// <inheritdoc/>
    public double Rounding(double x) =>
        (_top.Rounding(x) + Math.Abs(At(x)) * _bottom.Rounding(x)) / Math.Abs(_bottom.At(Dyadic.Of(x)).Value);

    /// <summary>All its real roots in an interval, increasing; poles are none.</summary>
    public IReadOnlyList<Root> Roots(double low, double high) => IsConstant ? [] : _top.Roots(low, high);

    /// <summary>All places in an interval at which its sign changes, at a pole, too.</summary>
    public IEnumerable<double> SignChanges(double low, double high) =>
        _top.Roots(low, high).Concat(_bottom.Roots(low, high)).Where(r => r.ChangesSign).Select(r => r.At).Order();
}
