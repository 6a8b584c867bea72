using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>The states that sheets start from.</summary>
public static class SheetStart
{
    /// <summary>The rest state of one neuron of the sheet, the activator first.</summary>
    /// <exception cref="ArgumentException">Newton's method finds none.</exception>
    public static double[] Rest(SheetOptions options)
    {
        var parameters = (options.Parameters ?? new Dictionary<string, double>()).ToDictionary(p => p.Key, p => new[] { p.Value });
        var network = new Network([new Population("cell", options.Neuron, 1, parameters: parameters)], []);
        using var machine = new Machine<double>(network, new Rng(0), responds: false);
        using var state = machine.CreateState(1, allFields: true);
        using var workspace = new Workspace<double>();
        var report = Newton.Relax(machine, state, new(MaxSteps: 200, Tolerance: 1e-12), workspace);
        if (!report.Converged)
            throw new ArgumentException(
                $"no rest state of '{options.Neuron.Name}' found from zero (residual {report.Residual:g3}); change its parameters."
            );
        return [.. Enumerable.Range(0, options.Neuron.Fields.Count).Select(f => state.Fields(0)[f].Row(0)[0])];
    }

    /// <summary>The limit of the method's step at rest: the least one of a field, and of the eigenvalues λ of the reaction that are stable,
    /// −2 Re λ/|λ|²; at most 0.1, which an Euler step of the reaction should not pass.</summary>
    public static double StableStep(SheetOptions options)
    {
        double[] diffusion = options.FieldDiffusion(),
            rest = Rest(options);
        var stencil = new Stencil(options.Neuron, options.Parameters ?? new Dictionary<string, double>(), diffusion, options.Dt, false);
        double[] damping =
        [
            .. stencil.Damping.Outputs.Select(o => o.Value.Evaluate((Symbolics.Symbol s) => rest[options.Neuron.FieldIndex(s.Name)])),
        ];
        var eigenvalues = Matrix<double>.Build.DenseOfArray(stencil.Reaction(rest)).Evd().EigenValues;
        return damping
            .Select((c, f) => stencil.StableStep(f, c, options.Method))
            .Concat(eigenvalues.Where(l => l.Real < 0).Select(l => -2 * l.Real / (l.Real * l.Real + l.Imaginary * l.Imaginary)))
            .Append(0.1)
            .Min();
    }

    /// <summary>Every cell at the same state.</summary>
    public static void Fill<T>(Sheet<T> sheet, double[] state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Fill(sheet, (f, _, _) => state[f]);

    /// <summary>A broken plane wave, which curls into a spiral: the left half excited, the lower half refractory.</summary>
    /// <param name="sheet">The sheet; its neuron has at least one inhibitor.</param>
    /// <param name="rest">The rest state.</param>
    /// <param name="excited">Activator of the left half.</param>
    /// <param name="refractory">How far the first inhibitor of the lower half is above rest.</param>
    public static void BrokenWave<T>(Sheet<T> sheet, double[] rest, double excited = 1.2, double refractory = 0.9)
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
        var values = new T[rows * columns];
        for (int f = 0; f < sheet.Options.Neuron.Fields.Count; f++)
        {
            for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++)
                values[r * columns + c] = T.CreateChecked(value(f, r, c));
            sheet.Write(f, values);
        }
    }
}
