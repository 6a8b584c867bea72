using System.Numerics;
using Nagumo.Couplings;

namespace Nagumo.Tests.Couplings;

/// <summary>The couplings' terms of H as plain loops over one lane: what every fast coupling is held against.</summary>
/// <remarks>Written from DESIGN §1, at complex arguments so that a complex step differentiates them.</remarks>
internal static class NaiveTerm
{
    /// <summary>The value of a coupling's term.</summary>
    /// <param name="coupling">The coupling.</param>
    /// <param name="theta">Its tensors, row-major.</param>
    /// <param name="x">The field at each of its ends.</param>
    public static Complex Of(Coupling coupling, Complex[][] theta, Complex[][] x) =>
        coupling switch
        {
            Bias => -Sum(x[0].Length, i => theta[0][i] * x[0][i]),
            Bilinear b when b.Ends.All(e => e.Field == "u") => -Product(theta[0], x[0], x[1]),
            Bilinear => Product(theta[0], x[0], x[1]),
            Resistive => Resistors(theta[0], x[0], x[1], 1),
            DifferentialResistive d => (Resistors(theta[0], x[0], x[1], d.Gain) + Resistors(theta[1], x[0], x[1], -d.Gain)) / d.Gain,
            RailResistive => Resistors(theta[0], x[0], x[1], 1) + Resistors(theta[1], x[0], x[1], -1),
            DiffusiveAlong { Ends: [{ Field: "u" }, _] } => Chain(theta[0][0], x[0], x[1]),
            DiffusiveAlong => -Chain(theta[0][0], x[0], x[1]),
            Diffusive { Ends: [{ Field: "u" }, _] } => Diffusion(theta[0], x[0], x[1]),
            Diffusive => -Diffusion(theta[0], x[0], x[1]),
            _ => throw new NotSupportedException($"Write the term of {coupling.GetType().Name} here."),
        };

    /// <summary>a + i h in place of a[index]: the imaginary part of f, divided by h, is the derivative, without cancellation.</summary>
    public static double Derivative(Complex[] a, int index, Func<Complex> f)
    {
        const double h = 1e-30;
        var kept = a[index];
        a[index] += new Complex(0, h);
        double derivative = f().Imaginary / h;
        a[index] = kept;
        return derivative;
    }

    private static Complex Product(Complex[] w, Complex[] a, Complex[] b)
    {
        Complex sum = 0;
        for (int i = 0; i < a.Length; i++)
        for (int j = 0; j < b.Length; j++)
            sum += a[i] * w[i * b.Length + j] * b[j];
        return sum;
    }

    private static Complex Resistors(Complex[] g, Complex[] a, Complex[] b, double gain)
    {
        Complex sum = 0;
        for (int i = 0; i < a.Length; i++)
        for (int j = 0; j < b.Length; j++)
            sum += g[i * b.Length + j] * (a[i] - gain * b[j]) * (a[i] - gain * b[j]) / 2;
        return sum;
    }

    private static Complex Diffusion(Complex[] d, Complex[] a, Complex[] b) => Sum(a.Length, i => d[i] * (a[i] - b[i]) * (a[i] - b[i]) / 2);

    private static Complex Chain(Complex d, Complex[] a, Complex[] b) =>
        Sum(a.Length - 1, i => d * (a[i] - b[i + 1]) * (a[i] - b[i + 1]) / 2);

    private static Complex Sum(int n, Func<int, Complex> term)
    {
        Complex sum = 0;
        for (int i = 0; i < n; i++)
            sum += term(i);
        return sum;
    }
}
