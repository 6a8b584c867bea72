using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using Nagumo.Compute;

namespace Nagumo.Media;

/// <summary>The states that sheets start from.</summary>
public static class SheetStart
{
    /// <summary>The rest state of one cell of the sheet, the activator first: see <see cref="SheetRest"/>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static double[] Rest(SheetOptions options) => SheetRest.Of(options).State;

    /// <summary>The limit of the method's step at rest: the least one of a field, and of the eigenvalues λ of the reaction that are stable,
    /// −2 Re λ/|λ|²; at most a tenth of the cell's own time, which an Euler step of the reaction should not pass.</summary>
    public static double StableStep(SheetOptions options)
    {
        double[] diffusion = options.FieldDiffusion(),
            rest = Rest(options);
        var stencil = new Stencil(options.Kinetics, options.Parameters ?? new Dictionary<string, double>(), diffusion, options.Dt, false);
        double[] damping =
        [
            .. stencil.Damping.Outputs.Select(o => o.Value.Evaluate((Symbolics.Symbol s) => rest[options.Kinetics.FieldIndex(s.Name)])),
        ];
        double own = CellUnits.Of(options.Kinetics, options.Parameters, rest)?.T ?? double.PositiveInfinity;
        return damping
            .Select((c, f) => stencil.StableStep(f, c, options.Method))
            .Concat(
                Eigenvalues(options, rest).Where(l => l.Real < 0).Select(l => -2 * l.Real / (l.Real * l.Real + l.Imaginary * l.Imaginary))
            )
            .Append(0.1 * own)
            .Min();
    }

    /// <summary>The eigenvalues of a cell's reaction at a state; of a wave, whose Λ diffusion multiplies, with it.</summary>
    internal static IReadOnlyList<Complex> Eigenvalues(SheetOptions options, double[] state, double lambda = 0)
    {
        var parameters = options.Parameters ?? new Dictionary<string, double>();
        var stencil = new Stencil(options.Kinetics, parameters, options.FieldDiffusion(), 1, false);
        double[,] j = stencil.Reaction(state);
        for (int f = 0; f < state.Length; f++)
            j[f, f] -= lambda * stencil.Reach(f);
        return [.. Matrix<double>.Build.DenseOfArray(j).Evd().EigenValues];
    }

    /// <summary>Every cell at the same state.</summary>
    public static void Fill<T>(Sheet<T> sheet, double[] state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Fill(sheet, (f, _, _) => state[f]);

    /// <summary>A broken plane wave, which curls into a spiral: the left half excited, the lower half refractory.</summary>
    /// <param name="sheet">The sheet; its neuron has at least one inhibitor.</param>
    /// <param name="rest">The rest state.</param>
    /// <param name="excited">Activator of the left half.</param>
    /// <param name="refractory">How far the first inhibitor of the lower half is from rest.</param>
    public static void BrokenWave<T>(Sheet<T> sheet, double[] rest, double excited, double refractory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = (sheet.Options.Rows, sheet.Options.Columns);
        Fill(
            sheet,
            (f, r, c) =>
                f == 0 && (c + 0.5) / columns < 0.5 ? excited
                : f == 1 && (r + 0.5) / rows > 0.5 ? rest[1] + refractory
                : rest[f]
        );
    }

    /// <summary>The same in the cell's own units: excited by 1.2 U beyond the middle, refractory by 0.9 V.</summary>
    public static void BrokenWave<T>(Sheet<T> sheet, double[] rest, CellUnits units)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BrokenWave(sheet, rest, Excited(rest, units), Refractory(sheet.Options, rest, units));

    /// <summary>A quarter of the sheet excited, the one below it refractory: a wave with a free end.</summary>
    /// <inheritdoc cref="BrokenWave{T}(Sheet{T}, double[], double, double)"/>
    public static void Quadrants<T>(Sheet<T> sheet, double[] rest, double excited, double refractory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = (sheet.Options.Rows, sheet.Options.Columns);
        Fill(
            sheet,
            (f, r, c) =>
                (c + 0.5) / columns >= 0.5 ? rest[f]
                : f == 0 && (r + 0.5) / rows <= 0.5 ? excited
                : f == 1 && (r + 0.5) / rows > 0.5 ? rest[1] + refractory
                : rest[f]
        );
    }

    /// <summary>The activator of an excited cell: 1.2 U beyond the middle, seen from rest.</summary>
    public static double Excited(double[] rest, CellUnits units) => units.MiddleU + units.Towards(rest[0]) * 1.2 * units.U;

    /// <summary>How far from rest the inhibitor of a refractory cell is: 0.9 V, to the side where an excited activator drives it.</summary>
    public static double Refractory(SheetOptions options, double[] rest, CellUnits units)
    {
        var values = options.Kinetics.Resolve(options.Parameters);
        double drive = options
            .Kinetics.Forces[1]
            .Derive(options.Kinetics.Fields[0])
            .Evaluate((Symbolics.Symbol s) => options.Kinetics.FieldIndex(s.Name) is >= 0 and var f ? rest[f] : values[s.Name]);
        return (drive < 0 ? -1 : 1) * units.Towards(rest[0]) * 0.9 * units.V;
    }

    /// <summary>Rest, with normal noise on the activators.</summary>
    public static void Noise<T>(Sheet<T> sheet, double[] rest, double deviation, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Fill(sheet, (f, _, _) => f == 0 ? rest[0] + deviation * rng.NextNormal() : rest[f]);

    /// <summary>The current of a pacemaker: a disc in the middle [rows × columns].</summary>
    public static T[] Disc<T>(SheetOptions options, double radius, double current)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[options.Rows * options.Columns];
        for (int r = 0; r < options.Rows; r++)
        for (int c = 0; c < options.Columns; c++)
        {
            double y = r + 0.5 - options.Rows / 2.0,
                x = c + 0.5 - options.Columns / 2.0;
            values[r * options.Columns + c] = x * x + y * y <= radius * radius ? T.CreateChecked(current) : T.Zero;
        }
        return values;
    }

    private static void Fill<T>(Sheet<T> sheet, Func<int, int, int, double> value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = (sheet.Options.Rows, sheet.Options.Columns);
        var values = new T[columns];
        for (int f = 0; f < sheet.Options.Kinetics.Fields.Count; f++)
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                values[c] = T.CreateChecked(value(f, r, c));
            sheet.Write(f, r, values);
        }
    }
}
