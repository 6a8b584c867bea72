using System.Numerics;

namespace Nagumo.Symbolics;

/// <summary>A response with parameters per row or element, from a warm start.</summary>
/// <remarks>
/// One Newton step and two more with its slope: errors e, e², e³, e⁴, one division. The last two corrections estimate the error that
/// is left; where that is too large the element becomes NaN and is solved with a bracket.
/// </remarks>
internal sealed unsafe class WarmResponse<T> : Response<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScalarProgram program;
    private readonly int inputs;

    public WarmResponse(Expr f, Symbol u, IReadOnlyList<Symbol> uniforms, IReadOnlyList<Symbol> streams, Simd simd)
        : base(1, streams.Count, uniforms.Count, 1, warm: true)
    {
        var drive = new Symbol("drive_");
        var (atZero, rest) = Expansion.Split(f, u);
        inputs = 1 + streams.Count + uniforms.Count;
        program = new([drive, .. streams, .. uniforms, u], [rest + atZero - drive, rest.Derive(u)]);

        var wide = typeof(T) == typeof(double);
        var p = new KernelProgram(2 + streams.Count, uniforms.Count, wide);
        var lowering = new Lowering(p, [drive, .. streams, u], uniforms);
        var y = lowering.Lower(drive - atZero);
        var solution = lowering.Lower(u);
        var inverse = p.Over(p.Constant(1), lowering.Lower(rest.Derive(u)));
        var corrections = new List<int>();
        for (var step = 0; step < (wide ? 4 : 3); step++)
        {
            var iterate = new Symbol($"{u.Name}__{step}");
            lowering.Bind(iterate, solution);
            var residual = p.Difference(y, lowering.Lower(rest.Substitute(s => s.Equals(u) ? iterate : null)));
            corrections.Add(p.Times(residual, inverse));
            solution = p.Sum(solution, corrections[^1]);
        }
        // Error left ≈ δ₃·(δ₃/δ₂) ≤ ε·|u|; near the solution both are rounding, hence the floor under δ₂.
        var epsilon = wide ? Math.Pow(2, -53) : Math.Pow(2, -24);
        var size = p.Unary(Op.Abs, solution);
        var last = p.Times(corrections[^1], corrections[^1]);
        var scale = p.Fma(size, p.Constant(16 * epsilon), p.Unary(Op.Abs, corrections[^2]));
        p.Results.Add(p.Select(p.Times(p.Times(size, p.Constant(epsilon)), scale), last, solution, p.Constant(double.NaN)));
        Kernel = KernelCompiler.Build<T>(p, "warm_response", simd);
    }

    private protected override Kernel<T> Kernel { get; }

    private protected override void SolveOne(ReadOnlySpan<double> inputs, Span<double> unknowns)
    {
        var arguments = stackalloc double[this.inputs + 1];
        for (var i = 0; i < inputs.Length; i++)
            arguments[i] = inputs[i];
        if (double.IsInfinity(inputs[0]))
        {
            unknowns[0] = inputs[0];
            return;
        }
        var along = new ScalarProgram.Along(program, arguments, this.inputs, 0);
        unknowns[0] = MonotoneRoot.Of(ref along, 0);
    }
}
