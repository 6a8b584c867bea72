using System.Collections;
using System.Runtime.CompilerServices;

namespace Nagumo.Compute;

/// <summary>Lengths along the axes of a population, the last one adjacent in memory: [n], a sheet [h, w], an image [c, h, w], layers in depth [L + 1, n].</summary>
/// <remarks>A number is the shape of one axis. Written as a list in C# and in configurations: <c>Shape s = [9, 128]</c>, <c>"shape": [9, 128]</c>.</remarks>
[CollectionBuilder(typeof(Shape), nameof(Of))]
public sealed class Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    private readonly int[] _lengths;

    private Shape(int[] lengths) => _lengths = lengths;

    /// <summary>The shape of these lengths, one or more.</summary>
    /// <param name="lengths">Length along each axis.</param>
    /// <exception cref="ArgumentException">No axis.</exception>
    public static Shape Of(ReadOnlySpan<int> lengths)
    {
        if (lengths.IsEmpty)
            throw new ArgumentException("A shape needs at least one axis.", nameof(lengths));
        return new(lengths.ToArray());
    }

    /// <summary>One axis.</summary>
    /// <param name="length">Its length.</param>
    public static implicit operator Shape(int length) => new([length]);

    /// <summary>Number of axes.</summary>
    public int Count => _lengths.Length;

    /// <summary>Number of elements.</summary>
    /// <exception cref="OverflowException">More than an array can hold.</exception>
    public int Size => _lengths.Aggregate(1, (n, length) => checked(n * length));

    /// <summary>Length along an axis.</summary>
    public int this[int axis] => _lengths[axis];

    /// <summary>Elements from one place along an axis to the next.</summary>
    /// <param name="axis">The axis.</param>
    public int Stride(int axis) => _lengths.Skip(axis + 1).Aggregate(1, (n, length) => n * length);

    /// <summary>The place of an element along an axis.</summary>
    /// <param name="element">Its index.</param>
    /// <param name="axis">The axis.</param>
    public int Place(int element, int axis) => element / Stride(axis) % _lengths[axis];

    /// <summary>The shape of one slice along the first axis: [n] of [L + 1, n]; [1] of [n].</summary>
    public Shape Slice => Count == 1 ? new([1]) : new(_lengths[1..]);

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _lengths.AsSpan().SequenceEqual(other._lengths);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => _lengths.Aggregate(_lengths.Length, HashCode.Combine);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_lengths).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>"[9, 128]".</summary>
    public override string ToString() => $"[{string.Join(", ", _lengths)}]";
}
