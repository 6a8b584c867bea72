using Nagumo.Compute;
using Nagumo.Kernels;

namespace Nagumo.Hamiltonian;

/// <summary>The two-point reading of a layered action: rest states of S, optionally nudged by β C(q_L).</summary>
/// <remarks>
/// Left end: q_0 clamped (its equation is dropped), or an injection, S − injᵀ q_0, which is p_0 = −inj with q_0 free. Right end free:
/// p_L + U_L'(q_L) + β C'(q_L) = 0. Both ends are Lagrangian, so the system is its own adjoint and Equilibrium Propagation is exact.
/// </remarks>
/// <param name="Action">The action; belongs to the caller.</param>
/// <param name="Clamp">q_0; null with an injection.</param>
/// <param name="Injection">inj; null with a clamp.</param>
/// <param name="Cost">C; null for none.</param>
/// <param name="Beta">β.</param>
internal sealed record BoundaryProblem(
    LayeredAction Action,
    double[]? Clamp = null,
    double[]? Injection = null,
    EndCost? Cost = null,
    double Beta = 0
)
{
    /// <summary>The first layer that is free.</summary>
    public int First => Clamp is null ? 0 : 1;

    /// <summary>The last layer, L.</summary>
    public int Last => Action.Layers - 1;

    /// <summary>Zeros, with the clamped layer in place.</summary>
    public double[][] Start()
    {
        var q = Action.Zeros();
        Clamp?.CopyTo(q[0], 0);
        return q;
    }

    /// <summary>The momenta p_0 … p_L of a state; p_0 of a clamped chain is what its first equation makes of it.</summary>
    public double[][] Momenta(double[][] q)
    {
        var p = Action.Zeros();
        for (int l = 0; l < Last; l++)
            Action.Momentum(l, q[l], q[l + 1], p[l + 1]);
        if (Clamp is null)
        {
            for (int i = 0; i < p[0].Length; i++)
                p[0][i] = -(Injection?[i] ?? 0);
            return p;
        }
        var free = new double[p[0].Length];
        Action.Balance(0, q[0], p[0], q[1], free);
        for (int i = 0; i < free.Length; i++)
            p[0][i] = -free[i];
        return p;
    }

    /// <summary>gradient = ∂S_β/∂q on every layer, zero on a clamped one.</summary>
    /// <returns>Its max-norm.</returns>
    public double Gradient(double[][] q, double[][] gradient)
    {
        double worst = 0;
        var p = Momenta(q);
        var nudge = new double[q[Last].Length];
        Cost?.Gradient(q[Last], nudge);
        for (int l = 0; l <= Last; l++)
        {
            if (l < First)
            {
                Array.Clear(gradient[l]);
                continue;
            }
            Action.Balance(l, q[l], p[l], l < Last ? q[l + 1] : default, gradient[l]);
            for (int i = 0; i < q[l].Length; i++)
            {
                if (l == Last)
                    gradient[l][i] += Beta * nudge[i];
                worst = double.IsNaN(gradient[l][i]) ? double.NaN : Math.Max(worst, Math.Abs(gradient[l][i]));
            }
        }
        return worst;
    }

    /// <summary>A block system of the free layers' sizes.</summary>
    public BlockTridiagonal CreateHessian() => new([.. Enumerable.Range(First, Last + 1 - First).Select(Action.Size)]);

    /// <summary>Fills the blocks of ∂²S_β/∂q² of the free layers.</summary>
    public void Hessian(double[][] q, BlockTridiagonal blocks)
    {
        for (int l = First; l <= Last; l++)
        {
            int n = Action.Size(l);
            var diagonal = blocks.Diagonal(l - First);
            Action.OnSiteHessian(l, q[l], diagonal);
            if (l < Last)
            {
                var above = Action.LinkAbove(l);
                above.Mixed.CopyTo(blocks.Upper(l - First));
                for (int i = 0; i < n; i++)
                    diagonal[i * n + i] += above.Below[i];
            }
            else if (Beta != 0)
                Cost?.AddHessian(q[l], Beta, diagonal);
            if (l > 0)
            {
                var below = Action.LinkAbove(l - 1);
                for (int i = 0; i < n; i++)
                    diagonal[i * n + i] += below.Above[i];
            }
        }
    }

    /// <summary>dq/dβ at β = 0: −H⁻¹ C'. With minus the sign, the adjoint λ of the cost.</summary>
    /// <exception cref="ArithmeticException">The Hessian is singular: the rest state is degenerate.</exception>
    public double[][] Response(double[][] q)
    {
        var force = new double[q[Last].Length];
        Cost!.Gradient(q[Last], force);
        return Response(q, Last, force);
    }

    /// <summary>−H⁻¹ f for a force f on one free layer.</summary>
    public double[][] Response(double[][] q, int layer, ReadOnlySpan<double> force)
    {
        var free = this with { Beta = 0 };
        using var hessian = free.CreateHessian();
        free.Hessian(q, hessian);
        var right = new double[hessian.Offsets[^1]];
        for (int i = 0; i < force.Length; i++)
            right[hessian.Offsets[layer - First] + i] = -force[i];
        BoundarySolver.SolveLinear(hessian, right);
        var response = Action.Zeros();
        for (int l = First; l <= Last; l++)
            right.AsSpan(hessian.Offsets[l - First], response[l].Length).CopyTo(response[l]);
        return response;
    }
}
