using Nagumo.Data;
using Nagumo.Hamiltonian;
using Nagumo.Learning;

namespace Nagumo.Audits;

/// <summary>A chain read as a pass as a <see cref="FlowSystem"/>.</summary>
/// <remarks>
/// A layer is one symplectic step of the flow in depth q' = D⁻¹ p, p' = ∂U/∂q, that of the first layer here; its pairing is stated. From the
/// action's gradient, not from its Hessian.
/// </remarks>
internal sealed class ChainFlow : IDisposable
{
    private readonly TrainedChain _chain;

    /// <param name="name">What it is called.</param>
    /// <param name="trainer">A trainer of a chain read as a pass; its weights are taken over.</param>
    /// <param name="set">Samples.</param>
    public ChainFlow(string name, Trainer trainer, Samples set)
    {
        _chain = new(trainer, set, 0);
        var (layers, action, population) = (_chain.Recurrence, _chain.Action, _chain.Action.Population);
        string trunk = population.Name;
        int size = action.Size(0),
            n = layers.Size;
        string[] fields = ["u", .. population.Neuron!.Inhibitors.Select(v => v.Name)];
        string Field(int i) => $"{fields[i / n]}[{i % n}]";
        System = new(
            name,
            [
                .. Enumerable.Range(0, size).Select(i => $"{trunk}0.{Field(i)}"),
                .. Enumerable.Range(0, size).Select(i => $"{trunk}0.p_{Field(i)}"),
            ],
            (x, f) =>
            {
                action.OnSiteGradient(0, x[..size], f[size..]);
                for (int i = 0; i < size; i++)
                    f[i] = x[size + i] / layers.Diffusion(i / n);
            }
        )
        {
            Dimensionless = true,
            Pairs = [.. Enumerable.Range(0, size).Select(i => (i, size + i))],
        };
    }

    /// <summary>The flow.</summary>
    public FlowSystem System { get; }

    public void Dispose() => _chain.Dispose();
}
