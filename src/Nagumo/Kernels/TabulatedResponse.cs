using System.Numerics;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>A response without free parameters.</summary>
internal sealed class TabulatedResponse<T> : Response<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScalarProgram program;
    private readonly double atZero;

    public TabulatedResponse(Expr f, Symbol u, Simd simd)
        : base(1, 0, 0, 1, warm: false)
    {
        Response.RequireMonotone(f, u);
        var (offset, rest) = Expansion.Split(f, u);
        atZero = offset.Evaluate((Symbol _) => double.NaN);
        program = new([u], [rest, rest.Derive(u)]);
        Kernel = ResponseTable.Build<T>(rest, u, atZero, Root, simd);
    }

    private protected override Kernel<T> Kernel { get; }

    private protected override void SolveOne(ReadOnlySpan<double> inputs, Span<double> solution) => solution[0] = Root(inputs[0] - atZero);

    /// <summary>u with f(u) − f(0) = y.</summary>
    private double Root(double y)
    {
        if (!double.IsFinite(y))
            return y;
        double argument = 0;
        var along = new ScalarProgram.Along(program, new(ref argument), 0, y);
        return MonotoneRoot.Of(ref along, 0);
    }
}
