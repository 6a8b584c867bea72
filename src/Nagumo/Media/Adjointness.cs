using Nagumo.Kernels;

namespace Nagumo.Media;

/// <summary>How symmetric a chain is at a rest state: S·J for its linearised forces, and its responses to currents.</summary>
/// <remarks>
/// Forces F = (−∂H/∂u, +∂H/∂v), S = diag(+1, −1): S ∂F/∂x is minus the Hessian of H, so symmetric, and ∂u_i/∂I_j = ∂u_j/∂I_i. Both are measured
/// on the nonlinear system, by differences: nothing here takes the derivative. [DESIGN §1]
/// </remarks>
public static class Adjointness
{
    /// <summary>Largest |(S J)_ij − (S J)_ji| by central differences of the flow, of order 8, relative to the largest element.</summary>
    public static double OfJacobian(Chain chain, ReadOnlySpan<double> state)
    {
        var own = new OwnChain(chain);
        chain = own.Chain;
        state = own.In(state);
        int size = 2 * chain.Cells;
        var columns = new double[size][];
        double[] x = state.ToArray(),
            velocity = new double[size];
        // Error h⁸ f⁽⁹⁾/630, rounding ε/h: h near (630 ε)^(1/9), a power of two. [Fornberg 1988, doi:10.1090/S0025-5718-1988-0935077-0]
        const double H = 1.0 / 32;
        double[] weights = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280];
        for (int j = 0; j < size; j++)
        {
            double at = x[j];
            columns[j] = new double[size];
            for (int k = -weights.Length; k <= weights.Length; k++)
            {
                if (k == 0)
                    continue;
                x[j] = at + k * H;
                chain.Velocity(x, velocity);
                double weight = Math.Sign(k) * weights[Math.Abs(k) - 1] / H;
                for (int i = 0; i < size; i++)
                    columns[j][i] += weight * velocity[i];
            }
            x[j] = at;
            for (int i = 0; i < size; i++)
                columns[j][i] *= i < chain.Cells ? chain.Neuron.TauU : -chain.Neuron.TauV;
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

    /// <summary>du_i/dI_j by central differences of rest states, each found as its difference to the one given.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="rest">Its rest state.</param>
    /// <param name="i">Cell that answers.</param>
    /// <param name="j">Cell that gets the current.</param>
    /// <param name="current">Half the difference of the two currents, in the neuron's own unit.</param>
    /// <returns>NaN where no rest state is found beside the given one.</returns>
    public static double Response(Chain chain, ReadOnlySpan<double> rest, int i, int j, double current = 1e-9)
    {
        var own = new OwnChain(chain);
        var shift = new ChainShift(own.Chain, own.In(rest));
        return (shift.Of(j, current)[i] - shift.Of(j, -current)[i]) / (2 * current) * own.U / own.Drive;
    }
}
