using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>Equilibrium Propagation in a program's own hands: the gradient from two rest states that it relaxed itself.</summary>
public static class MachineContrast
{
    /// <summary>
    /// (∂H/∂θ(x₊) − ∂H/∂θ(x₋))/(β₊ − β₋), the mean over lanes, into the gradients of the machine's parameters: for β → 0 the gradient dC/dθ of the cost
    /// whose nudge −β ∂C/∂u the states feel.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="plus">The rest state at β₊.</param>
    /// <param name="minus">The rest state at β₋, of the same inputs; the free one for a one-sided estimate.</param>
    /// <param name="deltaBeta">β₊ − β₋ ≠ 0.</param>
    /// <exception cref="ArgumentException">States of different lanes or fields, or β₊ = β₋.</exception>
    public static void Contrast<T>(this Machine<T> machine, State<T> plus, State<T> minus, double deltaBeta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (plus.Lanes != minus.Lanes || plus.AllFields != minus.AllFields)
            throw new ArgumentException("A contrast is of two states of the same lanes and fields.");
        if (deltaBeta == 0 || !double.IsFinite(deltaBeta))
            throw new ArgumentException($"deltaBeta = {deltaBeta:R}: give the difference of the two states' β, which is not 0.");
        int n = plus.Lanes;
        using var difference = machine.CreateState(2 * n, plus.AllFields);
        using var contrasts = new Contrasts<T>(machine, n);
        for (int p = 0; p < machine.Network.Populations.Count; p++)
        {
            var population = machine.Network.Populations[p];
            if (population.IsClamped)
            {
                if (population.Rail is null)
                    contrasts.Clamp(p, minus.X(p, 0));
                continue;
            }
            for (int f = 0; f < population.Fields; f++)
            {
                var (x, y, d) = (plus.X(p, f), minus.X(p, f), difference.X(p, f));
                FieldVerbs.Sum(-T.One, y, x, d.Lanes(0, n));
            }
        }
        contrasts.Read(minus, difference, deltaBeta, 0, n);
        contrasts.Gradient(n, 0, 1, plus.Workspace.Gemm);
    }
}
