using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Hamiltonian;
using Nagumo.Learning;

namespace Nagumo.Audits;

/// <summary>A chain of layers as a <see cref="FlowSystem"/>, by its reading.</summary>
/// <remarks>
/// As a boundary problem: all layers relax together, Σ q' = −∂S/∂q. As a pass: a layer is one symplectic step of the flow in depth q' = D⁻¹ p,
/// p' = ∂U/∂q, that of the first layer here; its pairing is stated. Both from the action's gradient, not from its Hessian.
/// </remarks>
internal sealed class ChainFlow : IDisposable
{
    private readonly ChainMachine<double> _machine;
    private readonly ResidualAction _action;

    /// <param name="name">What it is called.</param>
    /// <param name="trainer">A trainer of a chain; its weights are taken over.</param>
    /// <param name="set">Images; the first one is injected into a boundary problem.</param>
    public ChainFlow(string name, Trainer trainer, ImageSet set)
    {
        var experiment = trainer.Experiment;
        var shape = ChainShape.Of(experiment, trainer.Network);
        int layers = shape.Chain.Depth + 1;
        bool pass = experiment.Chain!.Reading == "pass";
        _machine = new(shape.Chain, pass ? layers - 1 : layers, shape.BlockSd, new Rng(experiment.Seed));
        var weights = trainer.Weights().ToDictionary(w => w.Key, w => (float[])w.Value.Values);
        foreach (var tensor in _machine.Parameters)
            for (int i = 0; i < tensor.Values.Length; i++)
                tensor.Values[i] = weights[tensor.Name][i];
        _action = new(_machine, layers);
        string trunk = shape.Chain.Trunk.Name;
        int size = _action.Size(0),
            n = shape.Chain.Trunk.Size;
        string[] fields = ["u", .. shape.Chain.Trunk.Neuron!.Inhibitors.Select(v => v.Name)];
        string Field(int i) => $"{fields[i / n]}[{i % n}]";
        if (pass)
        {
            System = new(
                name,
                [
                    .. Enumerable.Range(0, size).Select(i => $"{trunk}0.{Field(i)}"),
                    .. Enumerable.Range(0, size).Select(i => $"{trunk}0.p_{Field(i)}"),
                ],
                (x, f) =>
                {
                    _action.OnSiteGradient(0, x[..size], f[size..]);
                    for (int i = 0; i < size; i++)
                        f[i] = x[size + i] / _machine.Diffusion(i / n);
                }
            )
            {
                Pairs = [.. Enumerable.Range(0, size).Select(i => (i, size + i))],
            };
            return;
        }
        var pixels = new double[shape.Inputs];
        new PixelLoader<double>(experiment.Pixels with { Dropout = 0, Shift = 0 }, new Rng(0)).Load(set.Image(0), pixels);
        var injection = new double[size];
        float[] encoder = weights[$"{shape.Encoder.Name}.W"],
            bias = weights[$"{shape.EncoderBias.Name}.b"];
        for (int i = 0; i < n; i++)
        {
            injection[i] = bias[i];
            for (int k = 0; k < pixels.Length; k++)
                injection[i] += encoder[i * pixels.Length + k] * pixels[k];
        }
        var problem = new BoundaryProblem(_action, Injection: injection);
        double[][] q = problem.Start();
        BoundarySolver.Solve(problem, q);
        double[] signature = [.. Enumerable.Range(0, size).Select(i => _action.Signature(0, i))];
        System = new(
            name,
            [.. from l in Enumerable.Range(0, layers) from i in Enumerable.Range(0, size) select $"{trunk}{l}.{Field(i)}"],
            (x, f) =>
            {
                for (int l = 0, at = 0; l < layers; l++)
                {
                    _action.OnSiteGradient(l, x.Slice(at, size), f.Slice(at, size));
                    for (int i = 0; i < size; i++, at++)
                    {
                        double d = _machine.Diffusion(i / n);
                        if (l > 0)
                            f[at] += d * (x[at] - x[at - size]);
                        if (l < layers - 1)
                            f[at] += d * (x[at] - x[at + size]);
                        f[at] = ((l == 0 ? injection[i] : 0) - f[at]) / signature[i];
                    }
                }
            }
        )
        {
            Start = [.. q.SelectMany(layer => layer)],
        };
    }

    /// <summary>The flow; it starts at the rest state that the boundary solver found.</summary>
    public FlowSystem System { get; }

    public void Dispose()
    {
        _action.Dispose();
        _machine.Dispose();
    }
}
