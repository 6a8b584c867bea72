using System.Numerics;

namespace Nagumo.Media;

/// <summary>The uniform state on which noise is put for a pattern to grow, and what that state can become.</summary>
/// <remarks>
/// A Turing pattern is one that grows on a uniform state which without diffusion is stable: the cell's own eigenvalues have negative real parts, those of
/// some wave, J − D Λ with Λ in (0, 8] on a sheet, do not. [Turing 1952, doi:10.1098/rstb.1952.0012]
/// </remarks>
/// <param name="Rest">The rest state: the one that a stated start leads to; otherwise a stable one on which waves grow, where there is one; else, between several stable ones, the saddle,
/// which lets every cell choose.</param>
/// <param name="Growth">The largest growth rate there, of the uniform state or a wave.</param>
public sealed record TuringStart(SheetRest Rest, double Growth)
{
    /// <summary>The condition of Turing's instability.</summary>
    public bool IsTuring => Rest.IsStable && Growth > 0;

    /// <summary>Of a sheet's cells.</summary>
    public static TuringStart Of(SheetOptions options)
    {
        var rest = SheetRest.Of(options);
        if (options.Kinetics.Start is not null && rest.IsStable)
            return new(rest, FastestWave(options, rest.State));
        var stable = rest.Stable.Select(r => new TuringStart(rest.At(r), FastestWave(options, [r.U, r.V]))).ToArray();
        if (stable.FirstOrDefault(s => s.Growth > 0) is { } grows)
            return grows;
        if (stable.Length > 1 && rest.All.FirstOrDefault(r => r.IsSaddle && r.U > stable[0].Rest.State[0]) is { } saddle)
            rest = rest.At(saddle);
        return new(rest, FastestWave(options, rest.State));
    }

    /// <summary>What a sheet that began here shows: the kind of Turing pattern only where there is one.</summary>
    /// <param name="shape">Its shape now.</param>
    /// <param name="units">The cell's own units.</param>
    /// <param name="speed">The largest speed of an activator now.</param>
    public string Name(PatternShape shape, CellUnits units, double speed)
    {
        bool formed = shape.Range > 0.1 * units.U,
            // Noise and a pattern that still grows change at the rate at which waves grow.
            settled = speed < 0.1 * Growth * 0.5 * shape.Range,
            moves = speed * units.T > 0.05 * units.U;
        return IsTuring
                ? (
                    !formed ? "uniform"
                    : settled ? shape.Kind
                    : "not yet formed"
                )
            : Rest.Stable.Count > 1 ? (formed ? "bistable domains" : "uniform")
            : moves ? (Rest.IsStable ? "waves" : "oscillating")
            : formed ? "no name"
            : "uniform";
    }

    /// <summary>Why there is no Turing pattern, and what to do.</summary>
    public string Why(string name) =>
        name switch
        {
            "oscillating" => "the sheet moves on and on. A faster inhibitor (a smaller tau) lets it rest.",
            "bistable domains" =>
                "the neuron has several stable rest states, and every cell took one of them: no wave grows on any. Lower gamma, or raise d_v.",
            "uniform" when Rest.Stable.Count > 1 =>
                "the neuron has several stable rest states, and all cells came to the same: no wave grows on any. Lower gamma, or raise d_v.",
            _ when IsTuring => "waves grow on the rest state, but have not come far. Simulate longer (time), or take more cells.",
            _ when Rest.IsStable => "no wave grows on the rest state, so there is no Turing instability. Raise d_v, or lower tau.",
            _ => "the rest state is not stable even without diffusion, so there is no Turing instability. Lower tau.",
        };

    /// <summary>The largest real part of an eigenvalue of J − D Λ over the waves of a sheet, 0 ≤ Λ ≤ 8.</summary>
    private static double FastestWave(SheetOptions options, double[] state)
    {
        if (state.Length == 2 && options.Kinetics.Box is null)
        {
            var neuron = new PlanarNeuron(options.Kinetics, options.Parameters);
            var d = options.FieldDiffusion();
            var dispersion = new Dispersion(neuron, RestState.At(neuron, state[0], state[1]), d[0], d[1]);
            return dispersion.MostUnstableUpTo(8).Growth;
        }
        const int Grid = 2000;
        return Enumerable.Range(0, Grid + 1).Max(i => SheetStart.Eigenvalues(options, state, 8.0 * i * i / (Grid * Grid)).Max(l => l.Real));
    }
}
