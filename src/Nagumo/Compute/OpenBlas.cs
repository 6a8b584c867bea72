using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Nagumo.Compute;

/// <summary>OpenBLAS, when the machine has it: a yardstick, and an optional backend of the general product (NAGUMO_BLAS=openblas).</summary>
/// <remarks>Its sums are blocked differently for every processor and shape: its bits differ from those of <see cref="Gemm"/>.</remarks>
internal sealed unsafe class OpenBlas
{
    static readonly string[] Names =
    [
        "libopenblas.so.0",
        "libopenblas.so",
        "libopenblas.0.dylib",
        "libopenblas.dylib",
        "libopenblas.dll",
        "openblas",
    ];

    const int RowMajor = 101,
        Plain = 111,
        Transposed = 112;

    // Row-major cblas: order, op(A), op(B), m, n, k, alpha, A, lda, B, ldb, beta, C, ldc.
    readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> sgemm;
    readonly delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void> dgemm;

    OpenBlas(nint library, nint single, nint twice)
    {
        sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)single;
        dgemm = (delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void>)twice;
        if (NativeLibrary.TryGetExport(library, "openblas_get_corename", out var name))
            CoreName = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)name)()) ?? "";
        // Threads are ours: one call runs on the thread that makes it.
        if (NativeLibrary.TryGetExport(library, "openblas_set_num_threads", out var threads))
            ((delegate* unmanaged<int, void>)threads)(1);
    }

    /// <summary>The kernels it chose, such as SkylakeX; empty when it does not say. OPENBLAS_CORETYPE overrides its choice.</summary>
    public string CoreName { get; } = "";

    /// <summary>What is to be said of a comparison with kernels of a name: null where they use the widest vectors of this processor, otherwise
    /// why it is none and what to do. An OpenBLAS that is older than the processor falls back to kernels of 128 bits, "Prescott".</summary>
    /// <param name="core">The kernels' name, as <see cref="CoreName"/> gives it.</param>
    public static string? Unfair(string core) =>
        Unfair(
            core,
            Avx512F.IsSupported ? 512
                : Avx2.IsSupported ? 256
                : 128
        );

    /// <inheritdoc cref="Unfair(string)"/>
    /// <param name="core">The kernels' name.</param>
    /// <param name="bits">Bits of the processor's widest vectors.</param>
    internal static string? Unfair(string core, int bits)
    {
        var wide = bits switch
        {
            512 => Wide512,
            256 => [.. Wide512, .. Wide256],
            // One width only: whatever it runs is the widest.
            _ => null,
        };
        return wide is null || wide.Contains(core, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"it runs {(core.Length > 0 ? $"'{core}' kernels" : "unknown kernels")}, and this processor has vectors of {bits} bits: no ratio. Choose its kernels by OPENBLAS_CORETYPE={(bits == 512 ? Wide512[0] : Wide256[0])}, or take a newer OpenBLAS.";
    }

    static readonly string[] Wide512 = ["SkylakeX", "Cooperlake", "SapphireRapids"],
        Wide256 = ["Haswell", "Zen", "Excavator"];

    /// <summary>The backend chosen by NAGUMO_BLAS: null for our own.</summary>
    /// <exception cref="InvalidOperationException">openblas is asked for and not there, or another name is given.</exception>
    public static OpenBlas? Chosen { get; } = Choose(Environment.GetEnvironmentVariable("NAGUMO_BLAS"));

    internal static OpenBlas? Choose(string? name) =>
        name switch
        {
            null or "" or "nagumo" => null,
            "openblas" => TryLoad()
                ?? throw new InvalidOperationException(
                    "NAGUMO_BLAS=openblas, but no libopenblas is found. Install it (Debian: libopenblas0-pthread) or unset NAGUMO_BLAS."
                ),
            _ => throw new InvalidOperationException($"NAGUMO_BLAS = '{name}' is not one of nagumo, openblas."),
        };

    /// <summary>The library by its usual names, set to one thread; null when there is none.</summary>
    public static OpenBlas? TryLoad()
    {
        foreach (var file in Names)
            if (
                NativeLibrary.TryLoad(file, out var library)
                && NativeLibrary.TryGetExport(library, "cblas_sgemm", out var single)
                && NativeLibrary.TryGetExport(library, "cblas_dgemm", out var twice)
            )
                return new(library, single, twice);
        return null;
    }

    /// <summary>C = init + scale·A·B as <see cref="Gemm"/> has it, with other bits.</summary>
    /// <param name="a">[M × K]; one of the strides must be 1.</param>
    /// <param name="b">[K × N]; one of the strides must be 1.</param>
    /// <param name="init">[M × N], see <see cref="Compute.Gemm"/>.</param>
    /// <param name="c">[M × N], colStride 1.</param>
    /// <param name="scale">Factor.</param>
    /// <returns>False, with nothing done, when the strides have no form in BLAS.</returns>
    public bool Gemm<T>(MatView<T> a, MatView<T> b, MatView<T> init, MatView<T> c, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (c.ColStride != 1 || !Layout(a, out var opA, out var lda) || !Layout(b, out var opB, out var ldb))
            return false;
        if (a.Cols == 0)
            scale = T.Zero;
        for (var i = 0; i < c.Rows; i++)
        for (var j = 0; j < c.Cols && init.Data != null && init.Data != c.Data; j++)
            c.Data[i * c.RowStride + j] = init.Data[i * init.RowStride + j * init.ColStride];
        var ldc = (int)Math.Max(c.RowStride, Math.Max(1, c.Cols));
        if (typeof(T) == typeof(float))
            sgemm(
                RowMajor,
                opA,
                opB,
                c.Rows,
                c.Cols,
                a.Cols,
                float.CreateChecked(scale),
                (float*)a.Data,
                lda,
                (float*)b.Data,
                ldb,
                init.Data == null ? 0 : 1,
                (float*)c.Data,
                ldc
            );
        else
            dgemm(
                RowMajor,
                opA,
                opB,
                c.Rows,
                c.Cols,
                a.Cols,
                double.CreateChecked(scale),
                (double*)a.Data,
                lda,
                (double*)b.Data,
                ldb,
                init.Data == null ? 0 : 1,
                (double*)c.Data,
                ldc
            );
        return true;
    }

    static bool Layout<T>(MatView<T> m, out int op, out int leading)
        where T : unmanaged
    {
        var plain = m.ColStride == 1 && m.RowStride >= Math.Max(1, m.Cols);
        op = plain ? Plain : Transposed;
        leading = (int)(plain ? m.RowStride : m.ColStride);
        return plain || (m.RowStride == 1 && m.ColStride >= Math.Max(1, m.Rows));
    }
}
