namespace Nagumo.Media;

/// <summary>The start that equations state, u(0) = …, where a medium begins at rest: of several stable rest states it says which.</summary>
public static class StatedStart
{
    /// <summary>By then, in slow times of the cell, a course has come to rest.</summary>
    private const double SlowTimes = 30;

    /// <summary>The rest state to which the cell goes from its stated start; null where none is stated, or only one is stable.</summary>
    /// <param name="neuron">The cell.</param>
    /// <param name="current">Current into its activator.</param>
    /// <param name="stable">Its stable rest states at that current.</param>
    public static RestState? Choose(PlanarNeuron neuron, double current, IReadOnlyList<RestState> stable)
    {
        if (neuron.Kinetics.Start is not [double u, double v] || stable.Count < 2)
            return null;
        var scales = CellUnits.Of(neuron, current);
        var course = TimeCourse.Run(neuron, current, u, v, SlowTimes / scales.Slow, samples: 101);
        return stable.MinBy(r => Math.Abs(course.U[^1] - r.U) / scales.U + Math.Abs(course.V[^1] - r.V) / scales.V);
    }
}
