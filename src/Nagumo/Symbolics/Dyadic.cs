using System.Numerics;

namespace Nagumo.Symbolics;

/// <summary>m · 2^e: doubles, and all sums and products of them, without rounding.</summary>
internal readonly record struct Dyadic(BigInteger Mantissa, int Exponent)
{
    public static readonly Dyadic Zero = new(0, 0);

    public int Sign => Mantissa.Sign;

    /// <summary>A finite number.</summary>
    public static Dyadic Of(double x)
    {
        if (x == 0)
            return Zero;
        int exponent = Math.ILogB(x) - 52;
        long mantissa = (long)Math.ScaleB(x, -exponent);
        int zeros = BitOperations.TrailingZeroCount(mantissa);
        return new(mantissa >> zeros, exponent + zeros);
    }

    /// <summary>The same in double, within a few roundings; infinite beyond its range.</summary>
    public double Value
    {
        get
        {
            int shift = (int)Math.Max(0, BigInteger.Abs(Mantissa).GetBitLength() - 62);
            return Math.ScaleB((double)(long)(Mantissa >> shift), Exponent + shift);
        }
    }

    /// <summary>a/b in double, also where both are beyond its range.</summary>
    public static double Ratio(Dyadic a, Dyadic b)
    {
        int Bits(Dyadic x) => (int)BigInteger.Abs(x.Mantissa).GetBitLength() + x.Exponent;
        double top = new Dyadic(a.Mantissa, a.Exponent - Bits(a)).Value,
            bottom = new Dyadic(b.Mantissa, b.Exponent - Bits(b)).Value;
        return Math.ScaleB(top / bottom, Bits(a) - Bits(b));
    }

    public static Dyadic operator +(Dyadic a, Dyadic b)
    {
        if (a.Sign == 0 || b.Sign == 0)
            return a.Sign == 0 ? b : a;
        int exponent = Math.Min(a.Exponent, b.Exponent);
        return new((a.Mantissa << (a.Exponent - exponent)) + (b.Mantissa << (b.Exponent - exponent)), exponent);
    }

    public static Dyadic operator -(Dyadic a) => new(-a.Mantissa, a.Exponent);

    public static Dyadic operator *(Dyadic a, Dyadic b) => new(a.Mantissa * b.Mantissa, a.Exponent + b.Exponent);
}
