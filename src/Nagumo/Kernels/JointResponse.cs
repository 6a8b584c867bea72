using System.Numerics;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>The common response of an activator and an inhibitor: fu(u, v) = I_u, fv(u, v) = −I_v, from a warm start.</summary>
/// <remarks>
/// Where fv is linear in u, it gives u = U(v) and one equation is left, fu(U(v), v) = I_u: two Newton steps and a correction with the last
/// slope. Otherwise two joint Newton steps with the 2×2 Jacobian and corrections with the last inverse. Solving the two equations in turn
/// would converge slowly or not at all where the coupling is strong. Elements that fail the check are approached by Newton steps, and failing that
/// solved by a bracket in u around one in v.
/// </remarks>
internal sealed class JointResponse<T> : Response<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Far out Newton reduces a cubic's distance by 2/3 only: 2 · 8 steps.
    private const int Rounds = 8;

    private readonly ScalarProgram activator;
    private readonly ScalarProgram inhibitor;
    private readonly ScalarProgram? ends;
    private readonly int inputs;
    private readonly Lazy<(Kernel<T>, Kernel<T>, int)> approach;

    public JointResponse(
        Expr fu,
        Expr fv,
        Symbol u,
        Symbol v,
        IReadOnlyList<Symbol> uniforms,
        IReadOnlyList<Symbol> streams,
        Simd simd,
        Expr[]? jacobian = null,
        (Expr Low, Expr High)? range = null
    )
        : base(2, streams.Count, uniforms.Count, 2, warm: true)
    {
        var (driveU, driveV) = (new Symbol("drive_u__"), new Symbol("drive_v__"));
        inputs = 2 + streams.Count + uniforms.Count;
        Symbol[] all = [driveU, driveV, .. streams, .. uniforms, u, v];
        jacobian ??= [fu.Derive(u), fu.Derive(v), fv.Derive(u), fv.Derive(v)];
        var (fuu, fuv, fvu, fvv) = (jacobian[0], jacobian[1], jacobian[2], jacobian[3]);
        activator = new(all, [fu - driveU, fuu - (fuv * fvu / fvv)]);
        inhibitor = new(all, [-fv - driveV, -fvv]);
        var wide = typeof(T) == typeof(double);
        var epsilon = wide ? Math.Pow(2, -51) : Math.Pow(2, -22);
        // Where the inhibitor's equation gives the activator, one unknown is left.
        Expr? weight = null,
            offset = null;
        var onLine = range is null && fv.TryAffine(u, out weight, out offset) && !weight.Contains(v) && weight != Expr.Zero;
        if (range is var (from, to))
            ends = new(all, [from, to]);
        Kernel = KernelCompiler.Build<T>(Refinement([driveU, driveV, .. streams, u, v], uniforms, keep: true), "joint_response", simd);
        approach = new(() =>
            (
                KernelCompiler.Build<T>(Newton(), "joint_approach", simd),
                KernelCompiler.Build<T>(Refinement(all, [], keep: false), "joint_check", simd),
                Rounds
            )
        );

        KernelProgram Refinement(IReadOnlyList<Symbol> perElement, IReadOnlyList<Symbol> perRow, bool keep)
        {
            var p = new KernelProgram(perElement.Count, perRow.Count, wide);
            var lowering = new Lowering(p, perElement, perRow);
            var (x, y, allowed, square) = onLine ? AlongLine(p, lowering) : InPlane(p, lowering);
            p.Watched = p.Select(allowed, square, x, p.Constant(double.NaN));
            p.Results.AddRange([p.Watched, p.Select(allowed, square, y, p.Constant(double.NaN))]);
            if (keep)
                p.Results.AddRange([lowering.Lower(u), lowering.Lower(v)]);
            return p;
        }

        // Newton steps in v with u = U(v), and a last correction with the slope of the one before; U' takes u along.
        (int X, int Y, int Allowed, int Square) AlongLine(KernelProgram p, Lowering lowering)
        {
            var (along, force) = ((-driveV - Expansion.Of(offset!, v)) / weight!, Expansion.Of(fu, u));
            var (x, y) = (-1, lowering.Lower(v));
            int inverse = -1,
                tangent = -1,
                previous = -1;
            var last = wide ? 4 : 2;
            for (var step = 0; ; step++)
            {
                x = At(lowering, step, -1, y, along);
                var residual = At(lowering, step, x, y, driveU - force);
                if (step == last)
                {
                    var correction = p.Times(residual, inverse);
                    var (allowed, square) = Check(p, x, y, previous, p.Unary(Op.Abs, correction));
                    return (p.Fma(tangent, correction, x), p.Sum(y, correction), allowed, square);
                }
                tangent = At(lowering, step, x, y, -fvv / weight!);
                var direction = new Symbol($"direction__{step}");
                lowering.Bind(direction, tangent);
                var slope = At(lowering, step, x, y, fuv + (fuu * direction));
                if (step == last - 1)
                    previous = p.Times(residual, inverse = p.Over(p.Constant(1), slope));
                else
                    previous = p.Over(residual, slope);
                y = p.Sum(y, previous);
            }
        }

        (int X, int Y, int Allowed, int Square) InPlane(KernelProgram p, Lowering lowering)
        {
            var (x, y) = (lowering.Lower(u), lowering.Lower(v));
            int[] inverse = [];
            var previous = -1;
            for (var step = 0; ; step++)
            {
                if (step < 2)
                    inverse = Inverse(p, lowering, step, x, y);
                var (dx, dy) = Correction(p, lowering, step, x, y, inverse);
                var correction = p.Sum(p.Unary(Op.Abs, dx), p.Unary(Op.Abs, dy));
                if (step == (wide ? 4 : 3))
                {
                    var (allowed, square) = Check(p, x, y, previous, correction);
                    // Also the last: beside an edge that is 2⁻²⁴ away from where the force ends, what the check allows leads beyond.
                    return (Within(lowering, step, p.Sum(x, dx)), p.Sum(y, dy), allowed, square);
                }
                (x, y, previous) = (Within(lowering, step, p.Sum(x, dx)), p.Sum(y, dy), correction);
            }
        }

        // Error left ≈ δ₃·(δ₃/δ₂) ≤ ε·(|u| + |v|); near the solution both are rounding, hence the floor under δ₂. The size is that of the
        // iterate before the correction, so that an overflow (∞ ≤ ∞) cannot pass as a solution.
        (int Allowed, int Square) Check(KernelProgram p, int x, int y, int previous, int correction)
        {
            var size = p.Sum(p.Unary(Op.Abs, x), p.Unary(Op.Abs, y));
            var scale = p.Fma(size, p.Constant(64 * epsilon), p.Unary(Op.Abs, previous));
            return (p.Times(p.Times(size, p.Constant(epsilon)), scale), p.Times(correction, correction));
        }

        // A step that leaves the range ends at its edge. Against the edge no correction vanishes: the check fails there, and the bracket decides.
        int Within(Lowering lowering, int step, int node)
        {
            if (range is not var (low, high))
                return node;
            var stepped = new Symbol($"{u.Name}__stepped_{step}");
            lowering.TryBind(stepped, node);
            return lowering.Lower(Functions.Min(Functions.Max(stepped, low), high));
        }

        KernelProgram Newton()
        {
            var p = new KernelProgram(all.Length, 0, wide);
            var lowering = new Lowering(p, all, []);
            var (x, y) = (lowering.Lower(u), lowering.Lower(v));
            for (var step = 0; step < 2; step++)
            {
                var (dx, dy) = Correction(p, lowering, step, x, y, Inverse(p, lowering, step, x, y));
                (x, y) = (Within(lowering, step, p.Sum(x, dx)), p.Sum(y, dy));
            }
            p.Results.AddRange([x, y]);
            return p;
        }

        int At(Lowering lowering, int step, int x, int y, Expr e)
        {
            var (iu, iv) = (new Symbol($"{u.Name}__{step}"), new Symbol($"{v.Name}__{step}"));
            if (x >= 0)
                lowering.TryBind(iu, x);
            lowering.TryBind(iv, y);
            return lowering.Lower(
                e.Substitute(s =>
                    s.Equals(u) ? iu
                    : s.Equals(v) ? iv
                    : null
                )
            );
        }

        int[] Inverse(KernelProgram p, Lowering lowering, int step, int x, int y)
        {
            var determinant = new Symbol($"determinant__{step}");
            lowering.TryBind(determinant, p.Over(p.Constant(1), At(lowering, step, x, y, (fuu * fvv) - (fuv * fvu))));
            return [.. new[] { fvv, -fuv, -fvu, fuu }.Select(e => At(lowering, step, x, y, e * determinant))];
        }

        (int, int) Correction(KernelProgram p, Lowering lowering, int step, int x, int y, int[] inverse)
        {
            var (ru, rv) = (At(lowering, step, x, y, driveU - fu), At(lowering, step, x, y, -driveV - fv));
            return (p.Fma(inverse[0], ru, p.Times(inverse[1], rv)), p.Fma(inverse[2], ru, p.Times(inverse[3], rv)));
        }
    }

    private protected override Kernel<T> Kernel { get; }

    private protected override (Kernel<T> Step, Kernel<T> Check, int Steps)? Approach => approach.Value;

    private protected override void SolveOne(ReadOnlySpan<double> inputs, Span<double> solution)
    {
        Span<double> arguments = stackalloc double[this.inputs + 2];
        for (var i = 0; i < inputs.Length; i++)
            arguments[i] = inputs[i];
        var outer = new Outer(this, arguments, 0);
        solution[0] =
            !double.IsFinite(inputs[0]) || !double.IsFinite(inputs[1]) ? double.NaN
            : ends is null ? MonotoneRoot.Of(ref outer, 0)
            : Confined(ref outer, arguments);
        solution[1] = double.IsNaN(solution[0]) ? double.NaN : outer.Inhibitor(solution[0]);
    }

    private double Confined(ref Outer outer, Span<double> arguments)
    {
        Span<double> y = stackalloc double[2];
        ends!.Evaluate(arguments, y);
        var (low, high) = (y[0], y[1]);
        return !(outer.At(low).Value < 0) ? low
            : !(outer.At(high).Value > 0) ? high
            : MonotoneRoot.Within(ref outer, low, high);
    }

    /// <summary>fu(u, v(u)) − I_u with fv(u, v(u)) = −I_v.</summary>
    private ref struct Outer(JointResponse<T> response, Span<double> arguments, double v) : IIncreasing
    {
        private readonly Span<double> arguments = arguments;
        private double v = v;

        public double Inhibitor(double u)
        {
            arguments[response.inputs] = u;
            var inner = new ScalarProgram.Along(response.inhibitor, arguments, response.inputs + 1, 0);
            return v = MonotoneRoot.Of(ref inner, double.IsFinite(v) ? v : 0);
        }

        public (double Value, double Slope) At(double u)
        {
            arguments[response.inputs + 1] = Inhibitor(u);
            arguments[response.inputs] = u;
            Span<double> y = stackalloc double[2];
            response.activator.Evaluate(arguments, y);
            return (y[0], y[1]);
        }
    }
}
