using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>Which of a coupling's three answers is asked for.</summary>
public enum DriveKind
{
    /// <summary>The drive of a state.</summary>
    Drive,

    /// <summary>The change of the drive between two states.</summary>
    Change,

    /// <summary>The derivative of the drive along a direction.</summary>
    Tangent,
}

/// <summary>What a drive is asked for: rows of one end, all lanes. Views are [size × lanes]; those of a clamped end may have any strides.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct DriveRequest<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Which answer; <see cref="BoundCoupling{T}.Prepare"/> is told, too.</summary>
    public DriveKind Kind { get; init; }

    /// <summary>The end that is driven.</summary>
    public int End { get; init; }

    /// <summary>The field at each end; of a change or a direction δ, empty at a clamped end, which does not move.</summary>
    public ReadOnlySpan<MatView<T>> Fields { get; init; }

    /// <summary>The state from which a change or a direction starts, the field at each end; empty for a drive.</summary>
    public ReadOnlySpan<MatView<T>> At { get; init; }

    /// <summary>What the drive is added to, maybe the same memory as <see cref="Drive"/>; the empty view for zero.</summary>
    public MatView<T> Init { get; init; }

    /// <summary>Receives init + drive.</summary>
    public MatView<T> Drive { get; init; }

    /// <summary>First row that is asked for: a multiple of 12, so that packed panels of rows stay whole.</summary>
    public int Row0 { get; init; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; init; }

    /// <summary>The first of these lanes in what <see cref="BoundCoupling{T}.Prepare"/> saw: a change is asked for phase by phase.</summary>
    public int Lane0 { get; init; }

    /// <summary>Whether the transposed coupling drives, as in the adjoint flow; the same where a term stands behind the coupling.</summary>
    public bool Adjoint { get; init; }

    /// <summary>The thread's memory for this coupling, from <see cref="BoundCoupling{T}.Prepare"/> to the last of its row blocks.</summary>
    public CouplingScratch<T> Scratch { get; init; }

    /// <summary>Adds a value to one neuron's drive in one lane: sets it to init + value.</summary>
    public void Add(int row, int lane, T value) => Drive[row, lane] = Init.IsEmpty ? value : Init[row, lane] + value;
}

/// <summary>What a gradient is asked for: the mean over lanes of the contrast of ∂term/∂θ, or one thread's part of it.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly ref struct GradientRequest<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The two phases at each end.</summary>
    public ReadOnlySpan<Contrast<T>> Ends { get; init; }

    /// <summary>The two phases of the coupling's own <see cref="BoundCoupling{T}.Units"/>, where drives were looked at; else empty.</summary>
    internal Contrast<T> Units { get; init; }

    /// <summary>β₊ − β₋: the phases are mean ± ½ δβ difference. 0 for the limit, where the difference is the derivative in β.</summary>
    public T DeltaBeta { get; init; }

    /// <summary>Factor, 1/samples.</summary>
    public T Scale { get; init; }

    /// <summary>This part of the parameters is asked for; how they are divided is the coupling's affair.</summary>
    public int Part { get; init; }

    /// <summary>Of so many; all of them together must write every gradient once.</summary>
    public int Parts { get; init; }

    /// <summary>For products of any strides.</summary>
    internal GemmWorkspace<T> Workspace { get; init; }

    /// <summary>This part's share of n rows.</summary>
    public (int First, int Count) Share(int n) => Shares.Of(n, Part, Parts);
}

/// <summary>A field in two phases x₊, x₋: mean m = (x₊ + x₋)/2 and difference d = (x₊ − x₋)/(β₊ − β₋), each [size × lanes].</summary>
/// <remarks>A product's contrast is m dᵀ + d mᵀ exactly, and free of cancellation in float32. A clamped field has d = 0: the empty view.</remarks>
/// <param name="Mean">m.</param>
/// <param name="Difference">d; the empty view at a clamped end.</param>
/// <typeparam name="T">float or double.</typeparam>
public readonly record struct Contrast<T>(MatView<T> Mean, MatView<T> Difference)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
