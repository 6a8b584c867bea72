using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>What counts as 1 for a cell: the middle and the size of its activator and its inhibitor, a time, a fast and a slow rate, from its own equations.</summary>
/// <remarks>
/// <para>Equivariant: rescaling and shifting u, v and t rescales the numbers here by the same factors, so that whatever is measured in them — a kick, a
/// level, "far", "small", "long", whether a wave has passed or a pattern has formed — depends on no unit and no origin.</para>
/// <para>The u-nullcline F_u(u, v) + I = 0 of a cell that can be excited is a curve v = w(u) with two folds: U is half their
/// distance in u, the middle lies between them, V = U |w'| and 1/T = (∂F_u/∂u)/τ_u in the middle. FitzHugh–Nagumo: folds at u = ∓1, so the middle is
/// (0, I), U = 1, V = k, T = 1/k. A cell in a medium without two folds is measured by its spike, which runs over 4 U and 4/3 V where there are
/// folds; an analysed one by how far its rest states and bifurcation points lie apart; else either by how far from rest F_u bends.</para>
/// <para><see cref="Fast"/> is the largest of |F_u|/τ_u, |G_v|/τ_v and ω = √|F_v G_u/(τ_u τ_v)| over the rest states, with F and G the forces of u and v;
/// <see cref="Slow"/> the smallest of max(min(|F_u|/τ_u, |G_v|/τ_v), ω²/Fast).</para>
/// </remarks>
/// <param name="MiddleU">Middle of the activator's range.</param>
/// <param name="MiddleV">Middle of the inhibitor's.</param>
/// <param name="U">Size of the activator, &gt; 0.</param>
/// <param name="V">Size of the inhibitor, &gt; 0.</param>
/// <param name="T">Time, &gt; 0.</param>
/// <param name="Drive">The current that moves u by U in T.</param>
/// <param name="Fast">Fast rate, per time, &gt; 0.</param>
/// <param name="Slow">Slow rate, per time, &gt; 0, at most <paramref name="Fast"/>.</param>
public sealed record CellUnits(double MiddleU, double MiddleV, double U, double V, double T, double Drive, double Fast, double Slow)
{
    /// <summary>So many rest states and bifurcation points count, the nearest: a periodic force has them without end.</summary>
    private const int Nearest = 4;

    /// <summary>The units of a neuron at a current, over all its rest states there. A linear one, which has no length, gets 1.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    public static CellUnits Of(PlanarNeuron neuron, double current) => neuron.Units(current);

    /// <inheritdoc cref="Of(PlanarNeuron, double)"/>
    internal static CellUnits Of(PlanarNeuron neuron, double current, RestCurve curve)
    {
        (double U, double V)[] rest = [.. curve.At(current).Select(r => (r.U, r.V))],
            onsets = [.. curve.HopfPoints.Select(h => (h.U, h.V)), .. curve.Saddles.Select(s => (s.U, s.V))],
            points = rest.Length > 0 ? rest : onsets;
        var centre = points.Length > 0 ? points[points.Length / 2] : default;
        var cell = new CellMeasure(
            neuron.ForceU + current,
            neuron.ForceV,
            (neuron.U, neuron.V),
            (neuron.TauU, neuron.TauV),
            centre,
            points
        );
        (double U, double V)[] near =
        [
            .. onsets.OrderBy(p => Math.Abs(p.U - centre.U)).Take(Nearest),
            .. rest.OrderBy(p => Math.Abs(p.U - centre.U)).Take(Nearest),
        ];
        return cell.Folds(near) ?? cell.Spread(near) ?? cell.Bend() ?? cell.Linear();
    }

    /// <summary>The units of a cell in a medium, seen from a rest state.</summary>
    /// <param name="kinetics">A neuron, or equations.</param>
    /// <param name="parameters">Values that differ from the defaults.</param>
    /// <param name="rest">A rest state, the activator first; all other variables than the first two stay there.</param>
    /// <param name="current">Current into the activator.</param>
    /// <returns>Null where nothing has a size: F_u is linear.</returns>
    public static CellUnits? Of(
        Kinetics kinetics,
        IReadOnlyDictionary<string, double>? parameters,
        IReadOnlyList<double> rest,
        double current = 0
    )
    {
        var values = kinetics.Resolve(parameters);
        var fields = kinetics.Fields;
        var taus = kinetics.TimeConstants(values);
        Symbol u = fields[0];
        Expr Fixed(Expr e) =>
            e.Substitute(s =>
                s is Parameter p ? values[p.Name]
                : Index(s) is > 1 and var f ? rest[f]
                : null
            );
        Expr force = Fixed(kinetics.Forces[0]) + current;
        if (fields.Count == 1 || !force.Contains(fields[1]))
        {
            // Nothing acts on u but itself: a drive stands for the inhibitor, whose size is then of no concern.
            Symbol drive = new("_drive");
            var alone = new CellMeasure(force - drive, Expr.Zero, (u, drive), (taus[0], taus[0]), (rest[0], 0), [(rest[0], 0)]);
            return (alone.Folds([]) ?? alone.Bend()) is { } a ? a with { MiddleV = fields.Count > 1 ? rest[1] : 0, V = a.U } : null;
        }
        var at = (rest[0], rest[1]);
        var cell = new CellMeasure(force, Fixed(kinetics.Forces[1]), (u, fields[1]), (taus[0], taus[1]), at, [at]);
        return cell.Folds([])
            ?? (fields.Count == 2 && kinetics.Box is null ? cell.Spike(new(kinetics, parameters), current) : null)
            ?? cell.Bend();

        int Index(Symbol s)
        {
            for (int f = 0; f < fields.Count; f++)
                if (fields[f] == s)
                    return f;
            return -1;
        }
    }

    /// <summary>+1 where the excited branch lies above a rest state, −1 where it lies below.</summary>
    public int Towards(double restU) => restU <= MiddleU ? 1 : -1;

    /// <summary>A neuron in these units, its parameters put in.</summary>
    internal PlanarNeuron Rescale(PlanarNeuron neuron)
    {
        double c = Scale(neuron);
        Expr In(Expr e) =>
            e.Substitute(s =>
                s == neuron.U ? MiddleU + U * neuron.U
                : s == neuron.V ? MiddleV + V * neuron.V
                : null
            );
        return new(
            new Kinetics(
                neuron.Kinetics.Name,
                neuron.Kinetics.Fields,
                [c * U * In(neuron.ForceU), c * V * In(neuron.ForceV)],
                [1, c * V * V / T * neuron.TauV],
                []
            )
        );
    }

    /// <summary>A row's couplings and current in these units.</summary>
    internal ChainOptions Rescale(ChainOptions options, PlanarNeuron neuron) =>
        options with
        {
            DiffusionU = T * options.DiffusionU / neuron.TauU,
            DiffusionV = Scale(neuron) * V * V * options.DiffusionV,
            Current = options.Current / Drive,
        };

    /// <summary>A rest state in these units: what it is depends on none, and is taken over.</summary>
    internal RestState Rescale(RestState rest) =>
        new((rest.U - MiddleU) / U, (rest.V - MiddleV) / V, T * rest.Trace, T * T * rest.Determinant, T * U * U * rest.Lyapunov);

    /// <summary>A Hopf point in these units.</summary>
    internal HopfPoint Rescale(HopfPoint p) =>
        new(
            p.Current / Drive,
            (p.U - MiddleU) / U,
            (p.V - MiddleV) / V,
            T * p.Omega,
            T * U * U * p.Lyapunov,
            T * Drive * p.GrowthPerCurrent
        );

    /// <summary>A cycle in these units, in those of the cell's formula.</summary>
    internal LimitCycle Restore(LimitCycle c) =>
        new(
            T * c.Period,
            MiddleU + U * c.U,
            MiddleV + V * c.V,
            MiddleU + U * c.UMin,
            MiddleU + U * c.UMax,
            MiddleV + V * c.VMin,
            MiddleV + V * c.VMax,
            c.FloquetExponent / T
        );

    /// <summary>A pulse test in these units, in those of the cell's formula.</summary>
    internal PulseTest Restore(PulseTest p) =>
        p with
        {
            Kick = U * p.Kick,
            Peak = MiddleU + U * p.Peak,
            Threshold = U * p.Threshold,
            Escape = U * p.Escape,
        };

    /// <summary>The units of the rescaled neuron itself.</summary>
    internal CellUnits One => new(0, 0, 1, 1, 1, 1, T * Fast, T * Slow);

    /// <summary>c, by which a potential is multiplied.</summary>
    internal double Scale(PlanarNeuron neuron) => T / (U * U * neuron.TauU);
}
