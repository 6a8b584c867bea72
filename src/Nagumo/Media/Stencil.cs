using Nagumo.Kernels;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Media;

/// <summary>One step of a sheet of neurons as kernels: reaction and five-point diffusion of every field in one pass.</summary>
/// <remarks>
/// Diffusive couplings to the four neighbours are the drive D (n + s + w + e) and the load 4 D of a field [DESIGN §1], so the step is
/// u ← u + dt/τ_u (F_u + I + D_u Δu), v ← v + dt/τ_v (F_v + D_v Δv), Δx = n + s + w + e − 4x; of a potential, F_u = −∂h/∂u and F_v = +∂h/∂v.
/// The numbers of the medium are folded into the kernel: what is left of FitzHugh–Nagumo is a dozen operations.
/// </remarks>
internal sealed class Stencil
{
    // A little inside where the potential ends: a step may lead to the very edge.
    private readonly Interval? _box;
    private readonly Symbol[] _fields;
    private readonly Expr[] _forces;
    private readonly double _dt;
    private readonly double[] _diffusion;
    private readonly double[] _tau;
    private readonly string _name;
    private readonly Symbol[] _reads;
    private readonly Neighbour[] _beside;
    private readonly Expr[] _increments;

    /// <param name="kinetics">The cells.</param>
    /// <param name="parameters">Values that differ from the model's defaults.</param>
    /// <param name="diffusion">D ≥ 0 of every field, the activator first.</param>
    /// <param name="dt">The time step.</param>
    /// <param name="current">Whether every cell has a current of its own into its activator.</param>
    public Stencil(Kinetics kinetics, IReadOnlyDictionary<string, double> parameters, double[] diffusion, double dt, bool current)
    {
        var values = kinetics.Resolve(parameters);
        (_fields, _dt, _diffusion) = ([.. kinetics.Fields], dt, diffusion);
        _box = kinetics.Neuron is { Box: not null } neuron ? new Population("sheet", neuron, 1).Box : null;
        _tau = kinetics.TimeConstants(values);
        // Without drive, but with the load of its neighbours: what damps a field.
        _forces =
        [
            .. kinetics.Forces.Select(
                (force, f) => force.Substitute(s => s is Parameter p ? values[p.Name] : null) - 4 * diffusion[f] * _fields[f]
            ),
        ];
        var drives = new Expr[diffusion.Length];

        var reads = new List<(Symbol Symbol, StencilRow Row)>();
        var beside = new List<Neighbour>();
        for (int f = 0; f < diffusion.Length; f++)
        {
            var x = _fields[f];
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
            drives[f] = drive;
        }
        Rows = [.. reads.Select(r => r.Row)];
        (_name, _reads, _beside) = ($"sheet_{kinetics.Name}", [.. reads.Select(r => r.Symbol)], [.. beside]);
        _increments = [.. _forces.Select((force, f) => dt * ((force + drives[f]) / _tau[f]))];
    }

    /// <summary>The explicit step: its streams are <see cref="Rows"/>, its outputs the fields.</summary>
    public KernelDefinition Step => Over(f => Boxed(f, _fields[f] + _increments[f]));

    /// <summary>What that step adds: the same streams, its outputs the differences. Zero wherever the explicit step rests, also at a box's edge.</summary>
    public KernelDefinition Increment => Over(f => Boxed(f, _fields[f] + _increments[f]) - _fields[f]);

    /// <summary>Adds differences to the fields: streams are the fields, then the differences; outputs the fields.</summary>
    public KernelDefinition Addition
    {
        get
        {
            Symbol[] added = [.. _fields.Select(x => new Symbol("_d." + x.Name))];
            return new("add", [.. _fields, .. added], [], [.. added.Select((d, f) => new Output(Boxed(f, _fields[f] + d)))]);
        }
    }

    /// <summary>What each stream reads.</summary>
    public IReadOnlyList<StencilRow> Rows { get; }

    /// <summary>How strongly each field damps itself at a state, −∂F_x/∂x: ∂²h/∂u² and −∂²h/∂v² of a potential; the largest over all cells.</summary>
    public KernelDefinition Damping =>
        new(
            "damping",
            _fields,
            [],
            [.. _fields.Select((x, f) => new Output(-_forces[f].Derive(x) - 4 * _diffusion[f], OutputKind.MaxInto))]
        );

    /// <summary>The largest stable step of one field for a damping c: explicit 2τ/(8D + c), semi-implicit 2τ/c.</summary>
    public double StableStep(int field, double damping, SheetMethod method) =>
        2 * _tau[field] / ((method == SheetMethod.Explicit ? 8 * _diffusion[field] : 0) + Math.Max(damping, 0));

    /// <summary>The reaction's Jacobian at a state of all fields, [fields × fields]: the flow without diffusion, differentiated.</summary>
    public double[,] Reaction(double[] state)
    {
        int n = state.Length;
        var j = new double[n, n];
        for (int f = 0; f < n; f++)
        for (int g = 0; g < n; g++)
            j[f, g] =
                (_forces[f].Derive(_fields[g]).Evaluate((Symbol s) => state[Array.IndexOf(_fields, s)]) + (f == g ? 4 * _diffusion[f] : 0))
                / _tau[f];
        return j;
    }

    /// <summary>dt D/τ of a field: how far diffusion reaches in a step, in squared cells.</summary>
    public double Reach(int field) => _dt * _diffusion[field] / _tau[field];

    /// <summary>D of a field.</summary>
    public double DiffusionOf(int field) => _diffusion[field];

    private Expr Boxed(int field, Expr x) => field == 0 && _box is { } box ? Min(Max(x, box.Low), box.High) : x;

    private KernelDefinition Over(Func<int, Expr> output) =>
        new(_name, _reads, [], [.. _fields.Select((_, f) => new Output(output(f)))]) { Neighbours = _beside };
}

/// <summary>A row that a stencil reads: of a field, so many rows below the updated one; or of the current.</summary>
internal readonly record struct StencilRow(int Field, int Offset)
{
    /// <summary>The row of currents.</summary>
    public static StencilRow Current { get; } = new(-1, 0);
}
