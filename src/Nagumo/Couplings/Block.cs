using System.Numerics;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Couplings;

/// <summary>A self-adjoint nonlinear block on each layer of a population: a fast hidden population of m units, eliminated.</summary>
/// <remarks>
/// Term: −s Σ_l Σ_j F((K_l x_l + b_l)_j) over the layers l of a population of shape [layers, n]; one layer of shape [n]. Drive: s K_lᵀ F'(K_l x_l + b_l)
/// into an activator, minus that into an inhibitor. Tangent: s K_lᵀ F'' K_l δ; load: a bound of the curvature where it pulls back. Contrast: −s (d_a m_xᵀ + m_a d_xᵀ) with a = F'. K is
/// [layers × m × n], b [layers × m]; of one layer [m × n] and [m]. For s &gt; 0 and F = log cosh it is a hidden population a = tanh(K x + b) coupled by −s aᵀ K x (F is its
/// potential's Legendre transform): of activator type; of inhibitor type for s &lt; 0. Dimensionless. [docs/hamiltonian.md]
/// </remarks>
public sealed class Block : Coupling
{
    private static readonly Symbol Z = new("z");
    private readonly Expr _f;

    /// <summary>The usual F, whose F' is tanh.</summary>
    public const string LogCosh = "logcosh(z)";

    /// <param name="end">The field: of a population of shape [n] or [layers, n].</param>
    /// <param name="units">Units m ≥ 1 of a layer's block.</param>
    /// <param name="strength">s, of either sign.</param>
    /// <param name="sd">Standard deviation of the uniform initial K, ≥ 0; null for 1/√n.</param>
    /// <param name="f">F as text, a smooth function of z.</param>
    /// <param name="name">Unique name; by default "end.block".</param>
    /// <exception cref="ArgumentException">A value out of its range, or no function of z.</exception>
    public Block(End end, int units, double strength, double? sd = null, string f = LogCosh, string? name = null)
        : base("block", name ?? $"{end}.block", end)
    {
        if (units < 1)
            throw new ArgumentOutOfRangeException(nameof(units), $"Block '{Name}' has {units} units: give at least 1.");
        if (!double.IsFinite(strength))
            throw new ArgumentOutOfRangeException(nameof(strength), $"Block '{Name}' has strength {strength:R}: give a finite number.");
        if (sd is { } given && !(given >= 0 && double.IsFinite(given)))
            throw new ArgumentOutOfRangeException(nameof(sd), $"sd = {sd:R}: give a finite number ≥ 0.");
        _f = ExprParser.Parse(f, name => name == Z.Name ? Z : null);
        if (!_f.Contains(Z))
            throw new ArgumentException($"Block '{Name}': '{f}' is no function of z.");
        (Units, Strength, Sd, F) = (units, strength, sd, f);
    }

    /// <summary>m.</summary>
    public int Units { get; }

    /// <summary>s.</summary>
    public double Strength { get; }

    /// <summary>Standard deviation of the initial K; null for 1/√n.</summary>
    public double? Sd { get; }

    /// <summary>Whether a bound of its curvature is taken as a load where it pulls back, as answers neuron by neuron need; a recurrence does not.</summary>
    internal bool Loads { get; init; } = true;

    /// <summary>F as text.</summary>
    public string F { get; }

    /// <inheritdoc/>
    public override string Term => $"-s sum F(K {Ends[0]} + b), F = {F}";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings
    {
        get
        {
            var settings = new Dictionary<string, double> { ["units"] = Units, ["strength"] = Strength };
            if (Sd is { } sd)
                settings["sd"] = sd;
            return settings;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Words => F == LogCosh ? base.Words : new Dictionary<string, string> { ["f"] = F };

    /// <summary>Of a configuration.</summary>
    internal static Block Of(CouplingSettings s) =>
        new(
            s.A,
            s["units"] is var units && units == Math.Truncate(units) && Math.Abs(units) <= int.MaxValue
                ? (int)units
                : throw new ArgumentException($"Block of '{s.A}': units = {units:R}; give a whole number."),
            s["strength"],
            s.Get("sd", double.NaN) is var sd && double.IsNaN(sd) ? null : sd,
            s.Word("f", LogCosh),
            s.Name
        );

    /// <inheritdoc/>
    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends[0].Clamped)
            throw new ArgumentException($"Block '{Name}' is on a clamped population: it drives nothing.");
        if (ends[0].Shape.Count > 2)
            throw new ArgumentException($"Block '{Name}' is on a population of shape {ends[0].Shape}: it takes [n] or [layers, n].");
    }

    /// <inheritdoc/>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters)
    {
        var (layers, n) = Layers(ends[0]);
        double sum = 0;
        for (int l = 0; l < layers; l++)
        for (int j = 0; j < Units; j++)
        {
            double z = Preactivation(parameters, x[0], l, j, n);
            sum += _f.Evaluate((Symbol _) => z);
        }
        return -Strength * sum;
    }

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters)
    {
        // Only of log cosh is the largest curvature known.
        if (F != LogCosh)
            return double.PositiveInfinity;
        int layers = parameters[1].Length / Units,
            size = parameters[0].Length / layers;
        return Math.Abs(Strength)
            * Enumerable
                .Range(0, layers)
                .Max(l => Math.Pow(Matrices.Bound(Units, size / Units, parameters[0][(l * size)..((l + 1) * size)]), 2));
    }

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit)
    {
        var end = circuit.Ends[0];
        var (layers, n) = Layers(end);
        var slope = _f.Derive(Z);
        Symbol[] fields = [.. Enumerable.Range(0, n).Select(i => new Symbol($"_x{i}"))];
        for (int l = 0; l < layers; l++)
        {
            var (k, b) = (circuit.Parameters[0], circuit.Parameters[1]);
            Expr[] activations =
            [
                .. Enumerable
                    .Range(0, Units)
                    .Select(j =>
                    {
                        Expr z = b[l * Units + j];
                        for (int i = 0; i < n; i++)
                            z += k[(l * Units + j) * n + i] * fields[i];
                        return slope.Substitute(s => s == Z ? z : null);
                    }),
            ];
            var neurons = fields.Select((symbol, i) => (symbol, 0, l * n + i)).ToArray();
            for (int i = 0; i < n; i++)
            {
                Expr current = 0;
                for (int j = 0; j < Units; j++)
                    current += (end.Inhibitor ? -Strength : Strength) * k[(l * Units + j) * n + i] * activations[j];
                if (current != Expr.Zero)
                    circuit.Behaviour($"{l}_{i}", 0, l * n + i, current, [.. neurons.Where(f => current.Contains(f.symbol))]);
            }
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends)
    {
        var (layers, n) = Layers(ends[0]);
        double sd = Sd ?? 1 / Math.Sqrt(n);
        return
        [
            new("K", Each([Units, n]), Initial.Uniform(sd), Decays: true, Start: Initial.Bound(sd)),
            new("b", Each([Units]), Initial.Constant(0)),
        ];

        int[] Each(int[] layer) => ends[0].Shape.Count > 1 ? [layers, .. layer] : layer;
    }

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new BoundBlock<T>(_f, Z, Units, Layers(ends[0]), Strength, ends[0].Inhibitor, Loads && F == LogCosh, tensors[0], tensors[1]);

    private static (int Count, int Size) Layers(EndShape end) => end.Shape.Count > 1 ? (end.Shape[0], end.Shape[1]) : (1, end.Size);

    private double Preactivation(IReadOnlyList<double[]> parameters, double[] x, int l, int j, int n)
    {
        double z = parameters[1][l * Units + j];
        for (int i = 0; i < n; i++)
            z += parameters[0][(l * Units + j) * n + i] * x[l * n + i];
        return z;
    }
}
