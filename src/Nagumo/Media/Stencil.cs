using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>One explicit Euler step of a sheet of neurons as a kernel: reaction and five-point diffusion of every field in one pass.</summary>
/// <remarks>
/// Diffusive couplings to the four neighbours are the drive D (n + s + w + e) and the load 4 D of a field [DESIGN §1], so the step is
/// x + dt · flow with these substituted: u ← u + dt (−∂h/∂u + I + D_u Δu), v ← v + dt/τ (∂h/∂v + D_v Δv), Δx = n + s + w + e − 4x.
/// The numbers of the medium are folded into the kernel: what is left of FitzHugh–Nagumo is a dozen operations.
/// </remarks>
internal sealed class Stencil
{
    private readonly LocalEquations _equations;
    private readonly double[] _diffusion;
    private readonly double[] _tau;
    private readonly Dictionary<Symbol, Expr> _known = [];

    /// <param name="neuron">The model.</param>
    /// <param name="parameters">Values that differ from the model's defaults.</param>
    /// <param name="diffusion">D ≥ 0 of every field, the activator first.</param>
    /// <param name="dt">The time step.</param>
    /// <param name="current">Whether every cell has a current of its own into its activator.</param>
    public Stencil(Neuron neuron, IReadOnlyDictionary<string, double> parameters, double[] diffusion, double dt, bool current)
    {
        var population = new Population("sheet", neuron, 1, parameters: parameters.ToDictionary(p => p.Key, p => new[] { p.Value }));
        _equations = new(population, [.. diffusion.Select(_ => true)]);
        _diffusion = diffusion;
        _tau = [1, .. neuron.Inhibitors.Select(v => population.Parameters[v.Tau.Name][0])];
        if (neuron.Inhibitors.FirstOrDefault(v => !(population.Parameters[v.Tau.Name][0] > 0)) is { } still)
            throw new ArgumentException($"'{still.Tau.Name}' is 0: a sheet is integrated in time, so every time constant must be > 0.");
        foreach (var p in neuron.Parameters)
            _known.Add(p, population.Parameters[p.Name][0]);

        var reads = new List<(Symbol Symbol, StencilRow Row)>();
        var beside = new List<Neighbour>();
        for (int f = 0; f < diffusion.Length; f++)
        {
            var x = _equations.X[f];
            reads.Add((x, new(f, 0)));
            Expr drive = Expr.Zero;
            if (diffusion[f] > 0)
            {
                Symbol Near(string side) => new($"_{side}.{x.Name}");
                var (n, s, w, e) = (Near("n"), Near("s"), Near("w"), Near("e"));
                reads.AddRange([(n, new(f, -1)), (s, new(f, 1))]);
                beside.AddRange([new(w, x, -1), new(e, x, 1)]);
                drive = diffusion[f] * (n + s + w + e);
            }
            if (f == 0 && current)
            {
                var i = new Symbol("_current");
                reads.Add((i, StencilRow.Current));
                drive += i;
            }
            _known.Add(_equations.Loads[f], 4 * diffusion[f]);
            _known.Add(_equations.Drives[f], drive);
        }
        Rows = [.. reads.Select(r => r.Row)];

        var step = _equations
            .Flow.Select((flow, f) => _equations.X[f] + dt * Known(flow))
            .Select((e, f) => new Output(f == 0 ? _equations.Boxed(e) : e));
        Definition = new($"sheet_{neuron.Name}", [.. reads.Select(r => r.Symbol)], [], [.. step]) { Neighbours = beside };
    }

    /// <summary>The kernel: its streams are <see cref="Rows"/>, its outputs the fields.</summary>
    public KernelDefinition Definition { get; }

    /// <summary>What each stream reads.</summary>
    public IReadOnlyList<StencilRow> Rows { get; }

    /// <summary>How strongly each field damps itself at a state: ∂²h/∂u² and −∂²h/∂v², the largest over all cells.</summary>
    public KernelDefinition Damping =>
        new(
            "damping",
            _equations.X,
            [],
            [
                .. _equations.X.Select(
                    (x, f) => new Output((f == 0 ? 1 : -1) * Known(_equations.Force(f)).Derive(x) - 4 * _diffusion[f], OutputKind.MaxInto)
                ),
            ]
        );

    /// <summary>The largest stable step of one field, 2τ/(8D + c) for a damping c.</summary>
    public double StableStep(int field, double damping) => 2 * _tau[field] / (8 * _diffusion[field] + Math.Max(damping, 0));

    /// <summary>D of a field.</summary>
    public double DiffusionOf(int field) => _diffusion[field];

    private Expr Known(Expr e) => e.Substitute(_known.GetValueOrDefault);
}

/// <summary>A row that a stencil reads: of a field, so many rows below the updated one; or of the current.</summary>
internal readonly record struct StencilRow(int Field, int Offset)
{
    /// <summary>The row of currents.</summary>
    public static StencilRow Current { get; } = new(-1, 0);
}
