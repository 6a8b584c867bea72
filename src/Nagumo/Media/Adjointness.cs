namespace Nagumo.Media;

/// <summary>How symmetric a chain is at a rest state: S·J for its linearised forces, and its responses to currents.</summary>
/// <remarks>
/// Forces F = (−∂H/∂u, +∂H/∂v), S = diag(+1, −1): S ∂F/∂x is minus the Hessian of H, so symmetric, and ∂u_i/∂I_j = ∂u_j/∂I_i. Both are measured
/// on the nonlinear system, by differences: nothing here knows the derivative. [DESIGN §1]
/// </remarks>
public static class Adjointness
{
    /// <summary>Largest |(S J)_ij − (S J)_ji| by central differences of the flow, relative to the largest element.</summary>
    public static double OfJacobian(Chain chain, ReadOnlySpan<double> state)
    {
        int size = 2 * chain.Cells;
        var columns = new double[size][];
        double[] x = state.ToArray(),
            up = new double[size],
            down = new double[size];
        // Central difference: error ~ h², rounding ~ ε/h; h = ε^(1/3).
        const double H = 6e-6;
        for (int j = 0; j < size; j++)
        {
            double at = x[j];
            x[j] = at + H;
            chain.Velocity(x, up);
            x[j] = at - H;
            chain.Velocity(x, down);
            x[j] = at;
            columns[j] = [.. up.Zip(down, (a, b) => (a - b) / (2 * H))];
            for (int i = chain.Cells; i < size; i++)
                columns[j][i] *= -chain.Neuron.Tau;
        }
        double worst = 0,
            largest = 0;
        for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
        {
            worst = Math.Max(worst, Math.Abs(columns[j][i] - columns[i][j]));
            largest = Math.Max(largest, Math.Abs(columns[j][i]));
        }
        return worst / largest;
    }

    /// <summary>du_i/dI_j by central differences of rest states.</summary>
    /// <param name="chain">The chain; its currents are the same after as before.</param>
    /// <param name="rest">Its rest state.</param>
    /// <param name="i">Cell that answers.</param>
    /// <param name="j">Cell that gets the current.</param>
    /// <param name="current">Half the difference of the two currents.</param>
    public static double Response(Chain chain, ReadOnlySpan<double> rest, int i, int j, double current = 1e-5)
    {
        double at = chain.Current[j];
        chain.Current[j] = at + current;
        double up = ChainRest.Find(chain, rest, 1e-13).State[i];
        chain.Current[j] = at - current;
        double down = ChainRest.Find(chain, rest, 1e-13).State[i];
        chain.Current[j] = at;
        return (up - down) / (2 * current);
    }
}
