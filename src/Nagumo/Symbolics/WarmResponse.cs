using System.Numerics;

namespace Nagumo.Symbolics;

/// <summary>A response with parameters per row or element, from a warm start.</summary>
/// <remarks>
/// Two Halley steps and corrections with the last one's slope: errors e, e³, e⁹, e¹⁸, two divisions; a start some ten per cent off is
/// good enough. The last two corrections estimate the error that is left; where that is too large the element is approached by more
/// Halley steps, and failing that solved with a bracket.
/// </remarks>
internal sealed unsafe class WarmResponse<T> : Response<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Halley halves the distance at least once f is cubic: 2 · 6 steps reach a cold start's overshoot of some thousand.
    private const int Rounds = 6;

    private readonly ScalarProgram program;
    private readonly int inputs;
    private readonly Lazy<(Kernel<T>, Kernel<T>, int)> approach;

    public WarmResponse(Expr f, Symbol u, IReadOnlyList<Symbol> uniforms, IReadOnlyList<Symbol> streams, Simd simd, Expr? derivative = null)
        : base(1, streams.Count, uniforms.Count, 1, warm: true)
    {
        var drive = new Symbol("drive__");
        var (atZero, rest) = Expansion.Split(f, u);
        inputs = 1 + streams.Count + uniforms.Count;
        var slope = derivative ?? rest.Derive(u);
        program = new([drive, .. streams, .. uniforms, u], [rest + atZero - drive, slope]);
        Kernel = KernelCompiler.Build<T>(Refinement([drive, .. streams, u], uniforms, keep: true), "warm_response", simd);
        approach = new(() =>
        {
            Symbol[] all = [drive, .. streams, .. uniforms, u];
            return (
                KernelCompiler.Build<T>(Halley(all), "response_approach", simd),
                KernelCompiler.Build<T>(Refinement(all, [], keep: false), "response_check", simd),
                Rounds
            );
        });

        KernelProgram Refinement(IReadOnlyList<Symbol> perElement, IReadOnlyList<Symbol> perRow, bool keep)
        {
            var (p, lowering, solution) = Begin(perElement, perRow);
            int before = -1,
                correction = -1;
            for (var step = 0; step < 2; step++)
                solution = p.Sum(solution, before = HalleyStep(p, lowering, step, solution));
            Expr last = new Symbol($"{u.Name}__1");
            var inverse = p.Over(p.Constant(1), lowering.Lower(slope.Substitute(s => s.Equals(u) ? last : null)));
            var bend = lowering.Lower(slope.Derive(u).Substitute(s => s.Equals(u) ? last : null));
            for (var step = 2; step < (p.Wide ? 5 : 3); step++)
            {
                var next = p.Fma(Iterate(lowering, step, solution, drive - atZero - rest), inverse, solution);
                correction = p.Difference(next, solution);
                solution = next;
            }
            // The corrections use the slope from before the last Halley step δ, so each leaves rate = δ·f''/f' of the one before.
            var rate = p.Unary(Op.Abs, p.Times(p.Times(before, bend), inverse));
            var left = p.Times(p.Unary(Op.Abs, correction), rate);
            var allowed = p.Times(p.Unary(Op.Abs, solution), p.Constant(p.Wide ? Math.Pow(2, -53) : Math.Pow(2, -24)));
            var unsure = p.Constant(double.NaN);
            p.Watched = p.Select(p.Constant(0.25), rate, p.Select(allowed, left, solution, unsure), unsure);
            p.Results.Add(p.Watched);
            if (keep)
                p.Results.Add(lowering.Lower(u));
            return p;
        }

        KernelProgram Halley(IReadOnlyList<Symbol> perElement)
        {
            var (p, lowering, solution) = Begin(perElement, []);
            for (var step = 0; step < 2; step++)
                solution = p.Sum(solution, HalleyStep(p, lowering, step, solution));
            p.Results.Add(solution);
            return p;
        }

        // r·f'/(f'² + r·f''/2)
        int HalleyStep(KernelProgram p, Lowering lowering, int step, int solution)
        {
            var residual = Iterate(lowering, step, solution, drive - atZero - rest);
            var first = Iterate(lowering, step, solution, slope);
            var second = Iterate(lowering, step, solution, slope.Derive(u) / 2);
            return p.Over(p.Times(residual, first), p.Fma(residual, second, p.Times(first, first)));
        }

        (KernelProgram, Lowering, int) Begin(IReadOnlyList<Symbol> perElement, IReadOnlyList<Symbol> perRow)
        {
            var p = new KernelProgram(perElement.Count, perRow.Count, typeof(T) == typeof(double));
            var lowering = new Lowering(p, perElement, perRow);
            return (p, lowering, lowering.Lower(u));
        }

        int Iterate(Lowering lowering, int step, int node, Expr e)
        {
            var iterate = new Symbol($"{u.Name}__{step}");
            lowering.TryBind(iterate, node);
            return lowering.Lower(e.Substitute(s => s.Equals(u) ? iterate : null));
        }
    }

    private protected override Kernel<T> Kernel { get; }

    private protected override (Kernel<T> Step, Kernel<T> Check, int Steps)? Approach => approach.Value;

    private protected override void SolveOne(ReadOnlySpan<double> inputs, Span<double> solution)
    {
        var arguments = stackalloc double[this.inputs + 1];
        for (var i = 0; i < inputs.Length; i++)
            arguments[i] = inputs[i];
        if (double.IsInfinity(inputs[0]))
        {
            solution[0] = inputs[0];
            return;
        }
        var along = new ScalarProgram.Along(program, arguments, this.inputs, 0);
        solution[0] = MonotoneRoot.Of(ref along, 0);
    }
}
