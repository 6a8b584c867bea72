using MathNet.Numerics.LinearAlgebra;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>The uniform state in which a sheet, left alone, could rest: stable wherever the cell has a stable one.</summary>
/// <param name="State">All fields, the activator first.</param>
/// <param name="IsStable">Whether one cell alone stays there.</param>
/// <param name="All">All rest states of a cell of two variables, by increasing u; empty for other cells.</param>
public sealed record SheetRest(double[] State, bool IsStable, IReadOnlyList<RestState> All)
{
    /// <summary>The stable rest states.</summary>
    public IReadOnlyList<RestState> Stable => [.. All.Where(r => r.IsStable)];

    /// <summary>Of a sheet's cells without current. Of several stable rest states it is the one that a stated start leads to, otherwise the middle one by u,
    /// of two the lower; where none is stable, one that is no saddle.</summary>
    /// <exception cref="ArgumentException">There is none, or none is found.</exception>
    public static SheetRest Of(SheetOptions options)
    {
        var kinetics = options.Kinetics;
        if (kinetics.Fields.Count != 2 || kinetics.Box is not null)
            return ByNewton(options);
        IReadOnlyList<RestState> all;
        PlanarNeuron neuron;
        try
        {
            neuron = new(kinetics, options.Parameters);
            all = new RestCurve(neuron).At(0);
        }
        catch (ArgumentException) when (kinetics.Neuron is not null)
        {
            // The inhibitor's equation cannot be solved in closed form.
            return ByNewton(options);
        }
        if (all.Count == 0)
            throw new ArgumentException($"'{kinetics.Name}' has no rest state without current: u runs away. Change its parameters.");
        RestState[] stable = [.. all.Where(r => r.IsStable)];
        var chosen =
            StatedStart.Choose(neuron, 0, stable) is { } stated ? stated
            : stable.Length > 0 ? stable[(stable.Length - 1) / 2]
            : all.FirstOrDefault(r => !r.IsSaddle) ?? all[0];
        return At(chosen, all);
    }

    /// <summary>The same cell at another of its rest states.</summary>
    public SheetRest At(RestState rest) => At(rest, All);

    private static SheetRest At(RestState rest, IReadOnlyList<RestState> all) => new([rest.U, rest.V], rest.IsStable, all);

    private static SheetRest ByNewton(SheetOptions options)
    {
        if (options.Kinetics.Neuron is not { } neuron)
            throw new ArgumentException(
                $"'{options.Kinetics.Name}' has {options.Kinetics.Fields.Count} variables; without a potential, sheets are of two."
            );
        var parameters = (options.Parameters ?? new Dictionary<string, double>()).ToDictionary(p => p.Key, p => new[] { p.Value });
        var network = new Network([new Population("cell", neuron, 1, parameters: parameters)], []);
        using var machine = new Machine<double>(network, new Rng(0), responds: false);
        using var state = machine.CreateState(1, allFields: true);
        var report = new NewtonRelaxer(maxSteps: 200).Relax(machine, state, new(Tolerance: 1e-12));
        if (!report.Converged)
            throw new ArgumentException(
                $"no rest state of '{neuron.Name}' found from zero (residual {report.Residual:g3}); change its parameters."
            );
        double[] rest = [.. Enumerable.Range(0, options.Kinetics.Fields.Count).Select(f => state.Fields(0)[f][0, 0])];
        return new(rest, SheetStart.Eigenvalues(options, rest).All(l => l.Real < 0), []);
    }
}
