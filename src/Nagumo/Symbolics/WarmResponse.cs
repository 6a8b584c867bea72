using System.Numerics;

namespace Nagumo.Symbolics;

/// <summary>A response with parameters per row or element, from a warm start.</summary>
/// <remarks>
/// One Newton step and two more with its slope: errors e, e², e³, e⁴, one division. The last two corrections estimate the error that
/// is left; where that is too large the element is approached by Halley steps, and failing that solved with a bracket.
/// </remarks>
internal sealed unsafe class WarmResponse<T> : Response<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Halley halves the distance at least once f is cubic: 2 · 6 steps reach a cold start's overshoot of some thousand.
    private const int Rounds = 6;

    private readonly ScalarProgram program;
    private readonly int inputs;
    private readonly Lazy<(Kernel<T>, Kernel<T>, int)> approach;

    public WarmResponse(Expr f, Symbol u, IReadOnlyList<Symbol> uniforms, IReadOnlyList<Symbol> streams, Simd simd)
        : base(1, streams.Count, uniforms.Count, 1, warm: true)
    {
        var drive = new Symbol("drive__");
        var (atZero, rest) = Expansion.Split(f, u);
        inputs = 1 + streams.Count + uniforms.Count;
        program = new([drive, .. streams, .. uniforms, u], [rest + atZero - drive, rest.Derive(u)]);
        Kernel = KernelCompiler.Build<T>(Refinement([drive, .. streams, u], uniforms), "warm_response", simd);
        approach = new(() =>
        {
            Symbol[] all = [drive, .. streams, .. uniforms, u];
            return (
                KernelCompiler.Build<T>(Halley(all), "response_approach", simd),
                KernelCompiler.Build<T>(Refinement(all, []), "response_check", simd),
                Rounds
            );
        });

        KernelProgram Refinement(IReadOnlyList<Symbol> perElement, IReadOnlyList<Symbol> perRow)
        {
            var (p, lowering, solution) = Begin(perElement, perRow);
            var inverse = p.Over(p.Constant(1), lowering.Lower(rest.Derive(u)));
            int previous = -1,
                correction = -1;
            for (var step = 0; step < (p.Wide ? 4 : 3); step++)
            {
                var next = p.Fma(Iterate(lowering, step, solution, drive - atZero - rest), inverse, solution);
                (previous, correction) = (correction, p.Difference(next, solution));
                solution = next;
            }
            // Error left ≈ δ₃·(δ₃/δ₂) ≤ ε·|u|; near the solution both are rounding, hence the floor under δ₂.
            var epsilon = p.Wide ? Math.Pow(2, -53) : Math.Pow(2, -24);
            var size = p.Unary(Op.Abs, solution);
            var scale = p.Fma(size, p.Constant(16 * epsilon), p.Unary(Op.Abs, previous));
            // The bound keeps an overflow (∞ ≤ ∞) from passing as a solution.
            var allowed = p.Smallest(p.Times(p.Times(size, p.Constant(epsilon)), scale), p.Constant(1e30));
            p.Results.Add(p.Select(allowed, p.Times(correction, correction), solution, p.Constant(double.NaN)));
            return p;
        }

        KernelProgram Halley(IReadOnlyList<Symbol> perElement)
        {
            var (p, lowering, solution) = Begin(perElement, []);
            for (var step = 0; step < 2; step++)
            {
                var slope = rest.Derive(u);
                var residual = Iterate(lowering, step, solution, drive - atZero - rest);
                var first = Iterate(lowering, step, solution, slope);
                var second = Iterate(lowering, step, solution, slope.Derive(u) / 2);
                // u + r·f'/(f'² + r·f''/2)
                var denominator = p.Fma(residual, second, p.Times(first, first));
                solution = p.Sum(solution, p.Over(p.Times(residual, first), denominator));
            }
            p.Results.Add(solution);
            return p;
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
