using System.Numerics;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>A response with parameters per row or element, from a warm start.</summary>
/// <remarks>
/// Three Newton steps: errors e, e², e⁴, e⁸; a start some ten per cent off is good enough. The last correction and the curvature there
/// estimate the error that is left; where that is too large the element is approached by Halley steps, and failing that solved with a
/// bracket. Newton is cheaper here than Halley per digit, because on current processors a division mostly runs beside multiplications.
/// </remarks>
internal sealed class WarmResponse<T> : Response<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Halley halves the distance at least once f is cubic: 2 · 6 steps reach a cold start's overshoot of some thousand.
    private const int Rounds = 6;

    private readonly ScalarProgram program;
    private readonly ScalarProgram? ends;
    private readonly int inputs;
    private readonly Lazy<(Kernel<T>, Kernel<T>, int)> approach;

    public WarmResponse(
        Expr f,
        Symbol u,
        IReadOnlyList<Symbol> uniforms,
        IReadOnlyList<Symbol> streams,
        Simd simd,
        Expr? derivative = null,
        (Expr Low, Expr High)? range = null
    )
        : base(1, streams.Count, uniforms.Count, 1, warm: true)
    {
        var drive = new Symbol("drive__");
        // In a range the force is asked there only: at 0 it need not be a number.
        var (atZero, rest) = range is null ? Expansion.Split(f, u) : (Expr.Zero, Expansion.Of(f, u));
        inputs = 1 + streams.Count + uniforms.Count;
        var slope = derivative ?? rest.Derive(u);
        program = new([drive, .. streams, .. uniforms, u], [rest + atZero - drive, slope]);
        if (range is var (from, to))
            ends = new([drive, .. streams, .. uniforms], [from, to, At(from), At(to)]);
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

        Expr At(Expr end) => rest.Substitute(s => s.Equals(u) ? end : null);

        KernelProgram Refinement(IReadOnlyList<Symbol> perElement, IReadOnlyList<Symbol> perRow, bool keep)
        {
            var (p, lowering, solution) = Begin(perElement, perRow);
            var last = p.Wide ? 4 : 2;
            for (var step = 0; step < last; step++)
                solution = Within(lowering, step, p.Sum(solution, p.Over(Residual(step), Iterate(lowering, step, solution, slope))));
            var inverse = p.Over(p.Constant(1), Iterate(lowering, last, solution, slope));
            var correction = p.Times(Residual(last), inverse);
            // Newton leaves about f''/2f' δ² of a correction δ, and where f'' vanishes f'''/3f' δ³, which stands here as δ³.
            var bend = p.Times(Iterate(lowering, last, solution, slope.Derive(u) / 2), inverse);
            var rate = p.Sum(p.Unary(Op.Abs, bend), p.Unary(Op.Abs, correction));
            var left = p.Times(p.Times(correction, correction), rate);
            // The iterate from before the correction, so that an overflow (∞ ≤ ∞) cannot pass as a solution.
            var allowed = p.Times(p.Unary(Op.Abs, solution), p.Constant(p.Wide ? Math.Pow(2, -53) : Math.Pow(2, -24)));
            p.Watched = AtRest(
                lowering,
                p.Select(allowed, left, Within(lowering, last, p.Sum(solution, correction)), p.Constant(double.NaN))
            );
            p.Results.Add(p.Watched);
            if (keep)
                p.Results.Add(lowering.Lower(u));
            return p;

            int Residual(int step) => Iterate(lowering, step, solution, drive - atZero - rest);
        }

        KernelProgram Halley(IReadOnlyList<Symbol> perElement)
        {
            var (p, lowering, solution) = Begin(perElement, []);
            for (var step = 0; step < 2; step++)
                solution = Within(lowering, step, p.Sum(solution, HalleyStep(p, lowering, step, solution)));
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

        // A step that leaves the range ends at its edge.
        int Within(Lowering lowering, int step, int node)
        {
            if (range is not var (low, high))
                return node;
            var stepped = new Symbol($"{u.Name}__stepped_{step}");
            lowering.TryBind(stepped, node);
            return lowering.Lower(Functions.Min(Functions.Max(stepped, low), high));
        }

        // The edge itself where the drive pushes beyond it.
        int AtRest(Lowering lowering, int node)
        {
            if (range is not var (low, high))
                return node;
            var solved = new Symbol($"{u.Name}__solved");
            lowering.TryBind(solved, node);
            return lowering.Lower(Functions.Select(drive - At(high), high, Functions.Select(At(low) - drive, low, solved)));
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
        Span<double> arguments = stackalloc double[this.inputs + 1];
        for (var i = 0; i < inputs.Length; i++)
            arguments[i] = inputs[i];
        if (ends is not null)
        {
            solution[0] = Confined(arguments);
            return;
        }
        if (double.IsInfinity(inputs[0]))
        {
            solution[0] = inputs[0];
            return;
        }
        var along = new ScalarProgram.Along(program, arguments, this.inputs, 0);
        solution[0] = MonotoneRoot.Of(ref along, 0);
    }

    private double Confined(Span<double> arguments)
    {
        Span<double> y = stackalloc double[4];
        ends!.Evaluate(arguments, y);
        var (low, high, drive) = (y[0], y[1], arguments[0]);
        if (!(drive > y[2]))
            return double.IsNaN(drive) ? drive : low;
        if (!(drive < y[3]))
            return high;
        var along = new ScalarProgram.Along(program, arguments, inputs, 0);
        return MonotoneRoot.Within(ref along, low, high);
    }
}
