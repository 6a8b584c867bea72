using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>What a kernel does with a value.</summary>
internal enum OutputKind
{
    /// <summary>dst = value.</summary>
    Store,

    /// <summary>dst = dst + value.</summary>
    Add,

    /// <summary>dst = max(dst, value), NaN where either is.</summary>
    MaxInto,
}

internal readonly record struct Output(Expr Value, OutputKind Kind = OutputKind.Store);

/// <summary>The element of a stream that lies a number of columns to the right (to the left when negative).</summary>
internal readonly record struct Neighbour(Symbol Symbol, Symbol Stream, int Columns);

/// <summary>A kernel as expressions: outputs of streams (a value per element) and uniforms (a value per row).</summary>
internal sealed record KernelDefinition(
    string Name,
    IReadOnlyList<Symbol> Streams,
    IReadOnlyList<Symbol> Uniforms,
    IReadOnlyList<Output> Outputs
)
{
    /// <summary>Further symbols, read from the streams beside the element: the caller owns that many columns outside the row.
    /// No output may overlap such a stream.</summary>
    public IReadOnlyList<Neighbour> Neighbours { get; init; } = [];

    /// <summary>The arithmetic operations per element, and once per row, after sharing and hoisting (single precision).</summary>
    public (int PerElement, int PerRow) OperationCount => KernelProgram.Of(this, wide: false).OperationCount;
}
