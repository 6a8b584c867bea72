using Nagumo.Compute;
using Nagumo.Media;

namespace Nagumo.Tests.Media;

/// <summary>The bordered system of a closed orbit against elimination of the full matrix.</summary>
public sealed class CycleSystemTests
{
    // Growth by large powers of ten along the orbit, as of a canard, keeps the rounding of the full elimination.
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(80, 1)]
    [InlineData(80, 30)]
    public void It_solves_what_the_full_matrix_solves(int intervals, double growth)
    {
        var random = new Random(intervals + (int)growth);
        double Number() => 2 * random.NextDouble() - 1;
        int n = 2 * intervals;
        using var system = new CycleSystem(intervals);
        // Twice: nothing of the first solution may be left.
        for (int round = 0; round < 2; round++)
        {
            var full = new double[(n + 2) * (n + 2)];
            double[] right = new double[2 * (n + 2)],
                solution = new double[right.Length];
            system.Clear();
            for (int r = 0; r < n + 2; r++)
            {
                void Put(int column, double x)
                {
                    system.Equation(r)[column < n ? CycleSystem.Mesh + column : CycleSystem.Border + column - n] = x;
                    full[r * (n + 2) + column] = x;
                }
                int from = r < n ? r / 2 * 2 : 0;
                if (r < n)
                {
                    // Repels on the first half, attracts on the second.
                    double size = r < n / 2 ? growth : 1 / growth;
                    (int, double)[] ends = [(from, size * Number()), (from + 1, size * Number())];
                    foreach (var (column, x) in ends)
                        Put(column, x);
                    Put((from + 2 + r % 2) % n, -1);
                }
                else
                    for (int k = 0; k < n; k++)
                        Put(k, Number());
                Put(n, Number());
                Put(n + 1, Number());
                (right[2 * r], right[2 * r + 1]) = (Number(), Number());
                (system.Equation(r)[CycleSystem.Right], system.Equation(r)[CycleSystem.Right + 1]) = (right[2 * r], right[2 * r + 1]);
            }
            Assert.True(system.Solve(solution));
            using var lu = new DenseLu(n + 2);
            full.CopyTo(lu.Matrix);
            Assert.Equal(-1, lu.Factor());
            double[] expected = [.. right];
            lu.Solve(expected, 2);
            double scale = expected.Max(Math.Abs);
            // Both leave a few thousand roundings of the largest number.
            Assert.All(expected.Zip(solution), x => Assert.Equal(x.First, x.Second, 1e-10 * scale));
        }
    }

    [Fact]
    public void A_singular_one_is_refused()
    {
        using var system = new CycleSystem(4);
        Assert.False(system.Solve(new double[20]));
    }
}
