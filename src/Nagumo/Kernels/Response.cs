using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>Makes the stationary responses of on-site forces: u(I) with f(u) = I.</summary>
internal static class Response
{
    /// <summary>The response of a force without free parameters.</summary>
    /// <param name="f">An increasing function of <paramref name="u"/> alone.</param>
    /// <param name="u">The unknown.</param>
    /// <exception cref="ArgumentException">f is not increasing, or depends on another symbol.</exception>
    public static Response<T> Tabulated<T>(Expr f, Symbol u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Tabulated<T>(f, u, KernelCompiler.Default);

    /// <summary>The response of a force with parameters per row or element, from a warm start.</summary>
    /// <param name="f">A function increasing in <paramref name="u"/> for all parameters that will occur; <see cref="IsMonotone"/> checks.</param>
    /// <param name="u">The unknown.</param>
    /// <param name="uniforms">The symbols with a value per row.</param>
    /// <param name="streams">The symbols with a value per element.</param>
    /// <param name="derivative">f' where a shorter form is known; null to derive it.</param>
    /// <param name="range">The ends that confine the unknown, functions of the other symbols: f is asked between them only, and a drive beyond its
    /// values there is answered by the end; null for none.</param>
    public static Response<T> Warm<T>(
        Expr f,
        Symbol u,
        IReadOnlyList<Symbol> uniforms,
        IReadOnlyList<Symbol> streams,
        Expr? derivative = null,
        (Expr Low, Expr High)? range = null
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new WarmResponse<T>(f, u, uniforms, streams, KernelCompiler.Default, derivative, range);

    /// <summary>The common response of an activator and a nonlinear inhibitor: fu(u, v) = I_u and fv(u, v) = −I_v.</summary>
    /// <param name="fu">∂H/∂u with loads.</param>
    /// <param name="fv">∂H/∂v with loads; decreasing in <paramref name="v"/>.</param>
    /// <param name="u">The activator.</param>
    /// <param name="v">The inhibitor.</param>
    /// <param name="uniforms">The symbols with a value per row.</param>
    /// <param name="streams">The symbols with a value per element.</param>
    /// <param name="jacobian">The derivatives of fu by u and v, then of fv, where shorter forms are known; null to derive them.</param>
    /// <param name="range">The ends that confine u; null for none. v answers the confined u.</param>
    public static Response<T> Joint<T>(
        Expr fu,
        Expr fv,
        Symbol u,
        Symbol v,
        IReadOnlyList<Symbol> uniforms,
        IReadOnlyList<Symbol> streams,
        Expr[]? jacobian = null,
        (Expr Low, Expr High)? range = null
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new JointResponse<T>(fu, fv, u, v, uniforms, streams, KernelCompiler.Default, jacobian, range);

    /// <summary>Is f increasing in u?</summary>
    /// <param name="f">The function.</param>
    /// <param name="u">Its variable.</param>
    /// <param name="values">The values of its other symbols.</param>
    /// <param name="where">The u of the most negative slope that was found; NaN when there is none.</param>
    public static bool IsMonotone(Expr f, Symbol u, Func<Symbol, double> values, out double where)
    {
        var increase = Increases(f, u, values, Everywhere);
        where = increase.Where;
        return increase.Holds;
    }

    /// <summary>Where f increases in u, over a range of it.</summary>
    public static Increase Increases(Expr f, Symbol u, Func<Symbol, double> values, Enclosure range)
    {
        if (
            Polynomial.Of(f, u) is { Count: <= 4 } cubic
            && cubic.ConvertAll(c => c.Evaluate(values)) is var c
            && c.TrueForAll(double.IsFinite)
        )
            return Increase.OfCubic([.. c], range);
        var derivative = f.Derive(u);
        var slope = new Enclosing(derivative);
        return Increase.Of(
            // Outside its domain a force may have a slope that is a number: 1/u is that of log u on both sides.
            x => double.IsNaN(At(f, x)) ? double.NaN : At(derivative, x),
            box => slope.On(s => s.Equals(u) ? box : values(s)),
            range
        );

        double At(Expr e, double x) => e.Evaluate((Symbol s) => s.Equals(u) ? x : values(s));
    }

    internal static readonly Enclosure Everywhere = new(double.NegativeInfinity, double.PositiveInfinity);

    internal static Response<T> Tabulated<T>(Expr f, Symbol u, Simd simd)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Cache<T>.Responses.GetOrAdd((f, u, simd), static k => new(() => new TabulatedResponse<T>(k.F, k.U, k.Simd))).Value;

    internal static void RequireMonotone(Expr f, Symbol u)
    {
        if (f.Symbols.FirstOrDefault(s => !s.Equals(u)) is { } free)
            throw new ArgumentException(
                $"The force {f} still depends on '{free}'; substitute its value first, or use a warm response.",
                nameof(f)
            );
        if (!IsMonotone(f, u, _ => double.NaN, out var where))
        {
            var slope = f.Derive(u).Evaluate((Symbol _) => where);
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The force {f} does not have one rest state per drive: its slope is {slope:g3} at {u} = {where:g3} (bistable). Change the parameters or add a load so that the slope is never negative; for FitzHugh–Nagumo k·gamma ≤ 1."
                ),
                nameof(f)
            );
        }
    }

    private static class Cache<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly ConcurrentDictionary<(Expr F, Symbol U, Simd Simd), Lazy<Response<T>>> Responses = new();
    }
}

/// <summary>Solves f(unknown) = drive for every element. Thread-safe, allocation-free after the first calls.</summary>
/// <remarks>
/// A kernel solves all elements and leaves NaN where its own check fails; those few are solved again, one by one, by a bracketed
/// method. What is done to an element depends on that element alone, so the bits do not depend on the vector width. Drives: any finite
/// number is solved, ±∞ gives ±∞, NaN gives NaN. A drive may be the same memory as the unknown.
/// </remarks>
internal abstract unsafe class Response<T>(int drives, int streams, int uniforms, int unknowns, bool warm)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Input, output and scratch of a chunk stay in the first-level cache.
    private const int Chunk = 2048;

    // Vectors that straddle two cache lines cost as much as the kernel.
    private const int Alignment = 64;

    [ThreadStatic]
    private static T[]? scratch;

    [ThreadStatic]
    private static T[]? gathered;

    [ThreadStatic]
    private static int[]? failed;

    private int Inputs => drives + streams + uniforms;

    /// <param name="drive">The drives.</param>
    /// <param name="unknown">The solution; a warm response starts from what stands there.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="cols">Number of elements of a row.</param>
    public void Solve(Rows<T> drive, Rows<T> unknown, int rows, int cols) => Solve([drive, unknown], rows, cols);

    /// <inheritdoc cref="Solve(Rows{T}, Rows{T}, int, int)"/>
    public void Solve(
        Rows<T> drive,
        ReadOnlySpan<Rows<T>> extraStreams,
        ReadOnlySpan<Rows<T>> rowUniforms,
        Rows<T> unknown,
        int rows,
        int cols
    )
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[2 + extraStreams.Length + rowUniforms.Length];
        operands[0] = drive;
        extraStreams.CopyTo(operands[1..]);
        rowUniforms.CopyTo(operands[(1 + extraStreams.Length)..]);
        operands[^1] = unknown;
        Solve(operands, rows, cols);
    }

    /// <summary>Solves two unknowns for two drives.</summary>
    public void Solve(
        Rows<T> driveU,
        Rows<T> driveV,
        ReadOnlySpan<Rows<T>> extraStreams,
        ReadOnlySpan<Rows<T>> rowUniforms,
        Rows<T> u,
        Rows<T> v,
        int rows,
        int cols
    )
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[4 + extraStreams.Length + rowUniforms.Length];
        operands[0] = driveU;
        operands[1] = driveV;
        extraStreams.CopyTo(operands[2..]);
        rowUniforms.CopyTo(operands[(2 + extraStreams.Length)..]);
        operands[^2] = u;
        operands[^1] = v;
        Solve(operands, rows, cols);
    }

    /// <param name="operands">Drives, streams, uniforms, unknowns.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="cols">Number of elements of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // tier 0 would cost as much as the kernel
    public void Solve(ReadOnlySpan<Rows<T>> operands, int rows, int cols)
    {
        if (operands.Length != Inputs + unknowns)
            ThrowOperands(operands.Length);
        // A table needs no scratch memory, unless its solutions overwrite the drives that a repair would read.
        var apart = !warm && !Overlaps(operands, 0);
        if (apart && Kernel.Run(operands, rows, cols))
            return;
        var memory = scratch;
        if (memory is null || memory.Length < ((drives + unknowns) * Chunk) + Alignment)
            scratch = memory = GC.AllocateUninitializedArray<T>((4 * Chunk) + Alignment, pinned: true);
        var part = stackalloc Rows<T>[operands.Length];
        var width = Math.Min(cols, Chunk);
        var height = width == 0 ? 0 : Chunk / width;
        fixed (T* start = memory)
        {
            var aligned = (T*)(((nint)start + Alignment - 1) & -Alignment);
            for (var row = 0; row < rows && height > 0; row += height)
            {
                for (var column = 0; column < cols; column += width)
                {
                    for (var i = 0; i < operands.Length; i++)
                    {
                        var o = operands[i];
                        var isUniform = i >= drives + streams && i < Inputs;
                        part[i] = new(o.Data + (row * o.Stride) + (isUniform ? 0 : column), o.Stride);
                    }
                    var (height1, width1) = (Math.Min(height, rows - row), Math.Min(width, cols - column));
                    if (!apart)
                        SolvePart(part, height1, width1, aligned);
                    else
                        Repair(part, height1, width1, aligned);
                }
            }
        }
    }

    /// <summary>
    /// Streams: drives, streams, and for a warm start the unknowns; then uniforms; outputs: the unknowns, NaN where unsure (the first is
    /// watched), and for a warm start the unknowns as they were.
    /// </summary>
    private protected abstract Kernel<T> Kernel { get; }

    /// <summary>
    /// For elements that start far away, all operands as streams: a step towards the solution, in place; the kernel again; steps to take.
    /// </summary>
    private protected virtual (Kernel<T> Step, Kernel<T> Check, int Steps)? Approach => null;

    /// <summary>One element in double, for certain.</summary>
    /// <param name="inputs">Drives, streams and uniforms.</param>
    /// <param name="solution">The unknowns.</param>
    private protected abstract void SolveOne(ReadOnlySpan<double> inputs, Span<double> solution);

    /// <param name="part">The operands of a chunk.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="cols">Its columns.</param>
    /// <param name="memory">Chunks for the unknowns' starts, then for drives that the solution would overwrite.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SolvePart(Rows<T>* part, int rows, int cols, T* memory)
    {
        for (var i = 0; i < drives; i++)
        {
            if (!Overlaps(new(part, Inputs + unknowns), i))
                continue;
            var copy = new Rows<T>(memory + ((unknowns + i) * Chunk), cols);
            for (var row = 0; row < rows; row++)
                Unsafe.CopyBlockUnaligned(copy.Data + (row * cols), part[i].Data + (row * part[i].Stride), (uint)(cols * sizeof(T)));
            part[i] = copy;
        }
        var operands = stackalloc Rows<T>[Inputs + (3 * unknowns)];
        var n = 0;
        for (var i = 0; i < drives + streams; i++)
            operands[n++] = part[i];
        for (var i = 0; i < unknowns && warm; i++)
            operands[n++] = part[Inputs + i];
        for (var i = 0; i < uniforms; i++)
            operands[n++] = part[drives + streams + i];
        for (var i = 0; i < unknowns; i++)
            operands[n++] = part[Inputs + i];
        for (var i = 0; i < unknowns && warm; i++)
            operands[n++] = new(memory + (i * Chunk), cols);
        if (!Kernel.Run(new ReadOnlySpan<Rows<T>>(operands, n), rows, cols))
            Repair(part, rows, cols, memory);
    }

    private bool Overlaps(ReadOnlySpan<Rows<T>> operands, int drive)
    {
        for (var i = Inputs; i < Inputs + unknowns; i++)
            if (operands[i].Data == operands[drive].Data)
                return true;
        return false;
    }

    /// <summary>Gathers the failed elements, brings them near their solutions together, and solves the last ones singly.</summary>
    private void Repair(Rows<T>* part, int rows, int cols, T* starts)
    {
        var (indices, values) = (failed ??= new int[Chunk], gathered);
        var lists = Inputs + unknowns;
        if (values is null || values.Length < (lists + unknowns) * Chunk)
            gathered = values = GC.AllocateUninitializedArray<T>((lists + unknowns) * Chunk, pinned: true);
        var count = 0;
        fixed (T* g = values)
        {
            for (var row = 0; row < rows; row++)
            {
                var first = part[Inputs].Data + (row * part[Inputs].Stride);
                for (var column = 0; column < cols; column++)
                {
                    while (column <= cols - Vector512<T>.Count && AllNumbers(first + column))
                        column += Vector512<T>.Count;
                    if (column == cols || !T.IsNaN(first[column]))
                        continue;
                    indices[count] = (row * cols) + column;
                    for (var i = 0; i < Inputs; i++)
                    {
                        var isUniform = i >= drives + streams;
                        g[(i * Chunk) + count] = part[i].Data[(row * part[i].Stride) + (isUniform ? 0 : column)];
                    }
                    for (var i = 0; i < unknowns && warm; i++)
                        g[((Inputs + i) * Chunk) + count] = starts[(i * Chunk) + indices[count]];
                    count++;
                }
            }
            if (Approach is { } approach)
                Refine(approach, g, count);
            else
                new Span<T>(g + (lists * Chunk), count).Fill(T.NaN);
            Span<double> inputs = stackalloc double[Inputs];
            Span<double> solution = stackalloc double[unknowns];
            for (var k = 0; k < count; k++)
            {
                if (T.IsNaN(g[(lists * Chunk) + k]))
                {
                    for (var i = 0; i < Inputs; i++)
                        inputs[i] = double.CreateTruncating(g[(i * Chunk) + k]);
                    SolveOne(inputs, solution);
                    for (var i = 0; i < unknowns; i++)
                        g[((lists + i) * Chunk) + k] = T.CreateTruncating(solution[i]);
                }
                var (row, column) = (indices[k] / cols, indices[k] % cols);
                for (var i = 0; i < unknowns; i++)
                    part[Inputs + i].Data[(row * part[Inputs + i].Stride) + column] = g[((lists + i) * Chunk) + k];
            }
        }
    }

    private void Refine((Kernel<T> Step, Kernel<T> Check, int Steps) approach, T* g, int count)
    {
        var operands = stackalloc Rows<T>[Inputs + (2 * unknowns)];
        for (var i = 0; i < Inputs + unknowns; i++)
            operands[i] = new(g + (i * Chunk), 0);
        for (var i = 0; i < unknowns; i++)
            operands[Inputs + unknowns + i] = operands[Inputs + i];
        var span = new ReadOnlySpan<Rows<T>>(operands, Inputs + (2 * unknowns));
        for (var step = 0; step < approach.Steps; step++)
            approach.Step.Run(span, 1, count);
        for (var i = 0; i < unknowns; i++)
            operands[Inputs + unknowns + i] = new(g + ((Inputs + unknowns + i) * Chunk), 0);
        approach.Check.Run(span, 1, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AllNumbers(T* x)
    {
        var v = Vector512.Load(x);
        return Vector512.EqualsAll(v, v);
    }

    [DoesNotReturn]
    private void ThrowOperands(int given) =>
        throw new ArgumentException(
            $"The response takes {drives} drive(s), {streams} stream(s), {uniforms} uniform(s) and {unknowns} unknown(s), not {given} operands.",
            "operands"
        );
}
