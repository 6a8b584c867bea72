using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Layers in depth that diffusion joins as a recurrence, (q_l, p_l) → (q_l+1, p_l+1), on windows of a machine's state.</summary>
/// <remarks>
/// Kick: p += ∂U_l/∂q, with U_l the neurons' potential and the couplings of layer l alone. Drift: q += D⁻¹p, D = diag(g, −d). Where the force
/// of every layer vanishes, neighbours included, that is the rest state of the same machine read layer by layer. A window holds one layer, so
/// that memory does not grow with depth. [docs/hamiltonian.md]
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class DepthRecurrence<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Machine<T>.Part[] _layers;
    private readonly Tensor<T>[] _diffusion;

    /// <param name="machine">The machine; its blocks must not load.</param>
    /// <param name="source">Names of couplings into layer 0 that say where it begins and are no part of its potential.</param>
    /// <exception cref="ArgumentException">No layers in depth, or a coupling that is not on one layer or does not leave the drive plain.</exception>
    public DepthRecurrence(Machine<T> machine, IReadOnlyList<string>? source = null)
    {
        var network = machine.Network;
        if (Depth.Fault(network) is { } fault)
            throw new ArgumentException(
                $"A recurrence goes through one population of layers that diffusion along its first axis joins; {fault}."
            );
        (Machine, Population) = (machine, machine.Relaxed.Single());
        var population = network.Populations[Population];
        (Layers, Size, Fields) = (population.Shape[0], population.Shape.Stride(0), population.Fields);
        _diffusion =
        [
            .. Enumerable
                .Range(0, Fields)
                .Select(f => machine.Parameters[machine.TensorsOf(Depth.DiffusionOf(network, Population, f)).First]),
        ];
        var on = Enumerable.Range(0, Layers).Select(_ => new List<int>()).ToArray();
        for (int c = 0; c < network.Couplings.Count; c++)
        {
            var coupling = network.Couplings[c];
            if (Depth.IsAlong(coupling) || source?.Contains(coupling.Name) == true)
                continue;
            int[] layers =
            [
                .. machine.Ends(c).ToArray().SelectMany(e => new[] { e.First / Size, (e.First + e.Count - 1) / Size }).Distinct(),
            ];
            if (layers.Length != 1 || machine.ReadsInput(c) || coupling.Ends.Select((_, e) => e).Any(machine.Couplings[c].HasLoads))
                throw new ArgumentException(
                    $"Coupling '{coupling.Name}' is not on one layer alone, or loads it: a recurrence takes what acts on the neurons of one layer."
                );
            on[layers[0]].Add(c);
        }
        // What is constant first: products are then added to it.
        _layers =
        [
            .. on.Select((list, l) => machine.SelectPart(Population, l * Size, Size, [.. list.OrderBy(c => !machine.IsConstant(c))])),
        ];
        Source = machine.SelectPart(Population, 0, Size, [.. (source ?? []).Select(Named)]);
    }

    private int Named(string coupling) =>
        Enumerable.Range(0, Machine.Network.Couplings.Count).First(c => Machine.Network.Couplings[c].Name == coupling);

    /// <summary>The machine.</summary>
    public Machine<T> Machine { get; }

    /// <summary>The population of layers.</summary>
    public int Population { get; }

    /// <summary>L + 1.</summary>
    public int Layers { get; }

    /// <summary>Neurons of a layer.</summary>
    public int Size { get; }

    /// <summary>Activator and inhibitor.</summary>
    public int Fields { get; }

    /// <summary>The couplings that say where layer 0 begins.</summary>
    public Machine<T>.Part Source { get; }

    /// <summary>The couplings on a layer.</summary>
    public Machine<T>.Part Layer(int l) => _layers[l];

    /// <summary>A layer's position or momentum for so many lanes.</summary>
    public State<T> CreateLayer(int lanes) => Machine.CreateWindow(lanes, Size);

    /// <summary>|D| of a field.</summary>
    public Tensor<T> DiffusionOf(int field) => _diffusion[field];

    /// <summary>D of a field: g for the activator, −d for an inhibitor, whose kinetic energy is negative.</summary>
    public T Diffusion(int field) => field == 0 ? _diffusion[0].Values[0] : -_diffusion[field].Values[0];

    /// <summary>p += ∂U_l/∂q.</summary>
    public void Kick(int l, State<T> q, State<T> p, Workspace<T> ws)
    {
        Machine.DrivePart(_layers[l], q, ws);
        Machine.Site(Population).Kick(q.Fields(Population), q.Drives(Population), p.Fields(Population), q.First);
    }

    /// <summary>q += D⁻¹p.</summary>
    public void Drift(State<T> q, State<T> p)
    {
        for (int f = 0; f < Fields; f++)
            q.X(Population, f).Add(T.One / Diffusion(f), p.X(Population, f));
    }

    /// <summary>The kick of (q, p) and its derivative along (dq, dp): dp += ∂²U_l/∂q² dq.</summary>
    public void TangentKick(int l, State<T> q, State<T> p, State<T> dq, State<T> dp, Workspace<T> ws)
    {
        Kick(l, q, p, ws);
        Machine.TangentPart(_layers[l], q, dq, ws);
        var product = dp.Drives(Population);
        Machine.Site(Population).KickTangent(q.Fields(Population), dq.Fields(Population), product, q.First);
        for (int f = 0; f < Fields; f++)
        {
            // ∂U/∂u has −I, ∂U/∂v has +I.
            dp.X(Population, f).Add(f == 0 ? -T.One : T.One, dq.Drive(Population, f));
            dp.X(Population, f).Add(T.One, product[f]);
        }
    }
}
