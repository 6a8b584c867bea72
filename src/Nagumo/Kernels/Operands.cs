using System.Numerics;
using System.Runtime.CompilerServices;
using Nagumo.Compute;

namespace Nagumo.Kernels;

/// <summary>The operands of one call of a kernel, in the order of its definition: streams, uniforms, outputs. Lives on the stack.</summary>
internal unsafe ref struct Operands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Most operands of a call.</summary>
    public const int Most = 48;

    private Places _rows;
    private int _count;
    private T _value;

    /// <summary>Rows of memory.</summary>
    public void Add(Rows<T> rows) => _rows[_count++] = rows;

    /// <summary>Rows of memory, one after another.</summary>
    public void Add(ReadOnlySpan<Rows<T>> rows)
    {
        foreach (var r in rows)
            Add(r);
    }

    /// <summary>A field from a row on.</summary>
    public void Add(MatView<T> field, int row0 = 0) => Add(Rows<T>.From(field, row0));

    /// <summary>Fields from a row on.</summary>
    public void Add(ReadOnlySpan<MatView<T>> fields, int row0 = 0)
    {
        foreach (var field in fields)
            Add(field, row0);
    }

    /// <summary>One row that stands for all: a value per lane that rows share, or where rows leave their maximum.</summary>
    public void AddShared(MatView<T> row) => Add(Rows<T>.Shared(row));

    /// <summary>Parameters by row, from a row on.</summary>
    public void AddUniforms(ReadOnlySpan<Rows<T>> uniforms, int row0)
    {
        foreach (var r in uniforms)
            Add(r.After(row0));
    }

    /// <summary>One value for all; at most one in a call.</summary>
    public void AddValue(T value)
    {
        _value = value;
        // On the stack nothing moves; the operands are not copied between this and the run.
        Add(new Rows<T>((T*)Unsafe.AsPointer(ref _value), 0));
    }

    /// <inheritdoc cref="Kernel{T}.Run(ReadOnlySpan{Rows{T}}, int, int)"/>
    public bool Run(Kernel<T> kernel, int rows, int cols) => kernel.Run(((ReadOnlySpan<Rows<T>>)_rows)[.._count], rows, cols);

    [InlineArray(Most)]
    private struct Places
    {
        private Rows<T> _first;
    }
}
