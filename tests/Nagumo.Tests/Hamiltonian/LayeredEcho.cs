using Nagumo.Hamiltonian;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>Hamiltonian echo of any layered action, one sample: the derivatives of a pass's cost by the links' M and by on-site currents.</summary>
/// <remarks>
/// The family whose end is fixed after the cost's kick, p_L = p_L(0) − β C'(q_L), traced back through the inverse map. ∂S/∂M_l = q_l q_l+1ᵀ
/// and −∂S/∂I_l = q_l. It serves recurrences that are no shears, such as bilinear neighbours.
/// </remarks>
internal static class LayeredEcho
{
    /// <summary>Centred contrasts of −q_l q_l+1ᵀ (so that M = −W gives dC/dW) and of −q_l, layers 0 … L−1.</summary>
    public static (double[][] Weights, double[][] Currents) Contrast(
        LayeredAction action,
        double[] q,
        double[] p,
        EndCost cost,
        double beta
    )
    {
        var (plus, minus) = (Back(beta), Back(-beta));
        return (
            Each(action, l => Outer(plus[l], plus[l + 1]).Zip(Outer(minus[l], minus[l + 1]), (a, b) => -(a - b) / (2 * beta))),
            Each(action, l => plus[l].Zip(minus[l], (a, b) => -(a - b) / (2 * beta)))
        );

        double[][] Back(double strength)
        {
            var force = new double[q.Length];
            cost.Gradient(q, force);
            var (x, momentum) = ((double[])q.Clone(), p.Zip(force, (a, c) => a - strength * c).ToArray());
            var trace = new double[action.Layers][];
            trace[^1] = (double[])x.Clone();
            for (int l = action.Layers - 2; l >= 0; l--)
            {
                action.Inverse(l, x, momentum);
                trace[l] = (double[])x.Clone();
            }
            return trace;
        }
    }

    /// <summary>The same in the limit β → 0, from the states of a pass.</summary>
    public static (double[][] Weights, double[][] Currents) Exact(LayeredAction action, double[][] q, EndCost cost)
    {
        int n = q[^1].Length;
        var tangent = new double[action.Layers][];
        double[] x = new double[n],
            p = new double[n];
        cost.Gradient(q[^1], p);
        p = [.. p.Select(c => -c)];
        tangent[^1] = x;
        for (int l = action.Layers - 2; l >= 0; l--)
        {
            // The inverse of a symplectic matrix [[A, B], [C, D]] is [[Dᵀ, −Bᵀ], [−Cᵀ, Aᵀ]].
            var j = action.Jacobian(l, q[l]);
            double[] below = new double[n],
                momentum = new double[n];
            for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
            {
                below[i] += j[n + k, n + i] * x[k] - j[k, n + i] * p[k];
                momentum[i] += -j[n + k, i] * x[k] + j[k, i] * p[k];
            }
            (x, p, tangent[l]) = (below, momentum, below);
        }
        return (
            Each(action, l => Outer(tangent[l], q[l + 1]).Zip(Outer(q[l], tangent[l + 1]), (a, b) => -(a + b))),
            Each(action, l => tangent[l].Select(t => -t))
        );
    }

    private static double[][] Each(LayeredAction action, Func<int, IEnumerable<double>> of) =>
        [.. Enumerable.Range(0, action.Layers - 1).Select(l => of(l).ToArray())];

    private static IEnumerable<double> Outer(double[] a, double[] b) => a.SelectMany(x => b.Select(y => x * y));
}
