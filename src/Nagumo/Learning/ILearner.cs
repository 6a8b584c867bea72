using System.Numerics;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>What the trainer sees of a learning rule: predictions, a gradient, parameters.</summary>
/// <remarks>Equilibrium Propagation is one; a program's own, of whatever system, is trained by <see cref="Trainer{T}"/> as ours are.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public interface ILearner<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The parameters, with the gradient of the last batch.</summary>
    IReadOnlyList<Tensor<T>> Parameters { get; }

    /// <summary>Mean gradient of the cost over a batch, into <see cref="Parameters"/>.</summary>
    /// <param name="set">The samples.</param>
    /// <param name="samples">Their indices.</param>
    /// <param name="epoch">Epoch, for the augmentation's random numbers.</param>
    BatchReport Gradient(Samples set, ReadOnlySpan<int> samples, int epoch);

    /// <summary>The readout of samples as they are.</summary>
    /// <param name="set">The samples.</param>
    /// <param name="samples">Their indices.</param>
    /// <param name="options">When relaxation stops, for those that relax.</param>
    /// <param name="readout">Receives [samples × width], as wide as a target.</param>
    BatchReport Predict(Samples set, ReadOnlySpan<int> samples, SweepOptions options, Span<double> readout);

    /// <summary>The cost of a readout; null where the learner alone knows it, and reports it.</summary>
    Cost? Cost { get; }

    /// <summary>Takes over changed parameters.</summary>
    void Load();
}

/// <summary>What a batch, or many, gave.</summary>
/// <param name="Samples">Number of samples.</param>
/// <param name="Loss">Sum of the cost.</param>
/// <param name="Misses">Sum of what the task's <see cref="LearningTask.Miss"/> says of each: the number of wrong answers, or of squared errors.</param>
/// <param name="Free">The free relaxation: largest sweeps and residual, samples not converged.</param>
/// <param name="Nudged">The nudged relaxations.</param>
public readonly record struct BatchReport(int Samples, double Loss, double Misses, RelaxationReport Free, RelaxationReport Nudged)
{
    /// <summary>Two reports as one.</summary>
    public static BatchReport operator +(BatchReport a, BatchReport b) =>
        new(a.Samples + b.Samples, a.Loss + b.Loss, a.Misses + b.Misses, Join(a.Free, b.Free), Join(a.Nudged, b.Nudged));

    private static RelaxationReport Join(RelaxationReport a, RelaxationReport b) =>
        new(
            a.Method ?? b.Method,
            Math.Max(a.Sweeps, b.Sweeps),
            double.IsNaN(a.Residual) || double.IsNaN(b.Residual) ? double.NaN : Math.Max(a.Residual, b.Residual),
            a.NotConverged + b.NotConverged,
            Math.Max(a.Time, b.Time)
        )
        {
            Left = Math.Max(a.Left, b.Left),
        };
}
