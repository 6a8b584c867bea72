namespace Nagumo.Relaxation;

/// <summary>An explicit Runge–Kutta method: k_i = f(x + h Σ_j a_ij k_j), x ← x + h Σ b_i k_i, error ≈ h Σ e_i k_i.</summary>
/// <param name="Name">Name in options.</param>
/// <param name="Order">Order p: the global error is O(h^p).</param>
/// <param name="A">Rows i = 1 … stages − 1, each of i coefficients; the first stage is f(x).</param>
/// <param name="B">Weights.</param>
/// <param name="E">Weights of the error estimate; null for a fixed step.</param>
/// <param name="Reference">Where the table comes from.</param>
internal sealed record ButcherTable(string Name, int Order, double[][] A, double[] B, double[]? E, string Reference)
{
    /// <summary>Number of stages.</summary>
    public int Stages => B.Length;

    /// <summary>Whether the last stage is f at the new state, so that it is the next step's first.</summary>
    public bool FirstSameAsLast => A.Length > 0 && B[^1] == 0 && A[^1].AsSpan().SequenceEqual(B.AsSpan(0, B.Length - 1));

    /// <summary>The classical method with a fixed step.</summary>
    public static ButcherTable RungeKutta4 { get; } =
        new(
            "runge-kutta-4",
            4,
            [
                [1.0 / 2],
                [0, 1.0 / 2],
                [0, 0, 1],
            ],
            [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6],
            null,
            "Kutta 1901, Z. Math. Phys. 46, 435"
        );

    /// <summary>5(4) with an adaptive step.</summary>
    public static ButcherTable DormandPrince5 { get; } =
        new(
            "dormand-prince-5",
            5,
            [
                [1.0 / 5],
                [3.0 / 40, 9.0 / 40],
                [44.0 / 45, -56.0 / 15, 32.0 / 9],
                [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
                [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
                [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
            ],
            [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84, 0],
            [71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40],
            "Dormand, Prince 1980, doi:10.1016/0771-050X(80)90013-3"
        );

    /// <summary>3(2) with an adaptive step: cheaper where stability limits the step.</summary>
    public static ButcherTable BogackiShampine3 { get; } =
        new(
            "bogacki-shampine-3",
            3,
            [
                [1.0 / 2],
                [0, 3.0 / 4],
                [2.0 / 9, 1.0 / 3, 4.0 / 9],
            ],
            [2.0 / 9, 1.0 / 3, 4.0 / 9, 0],
            [-5.0 / 72, 1.0 / 12, 1.0 / 9, -1.0 / 8],
            "Bogacki, Shampine 1989, doi:10.1016/0893-9659(89)90079-7"
        );

    /// <summary>The list of methods. A new one adds one line here.</summary>
    public static IReadOnlyList<ButcherTable> All { get; } = [RungeKutta4, DormandPrince5, BogackiShampine3];
}
