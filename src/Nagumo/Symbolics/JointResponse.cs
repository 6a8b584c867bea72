using System.Numerics;

namespace Nagumo.Symbolics;

/// <summary>The common response of an activator and an inhibitor: fu(u, v) = I_u, fv(u, v) = −I_v, from a warm start.</summary>
/// <remarks>
/// One joint Newton step with the 2×2 Jacobian and two more with the same inverse. Solving the two equations in turn would converge
/// slowly or not at all where the coupling is strong. Elements that fail the check are solved by a bracket in u around one in v.
/// </remarks>
internal sealed unsafe class JointResponse<T> : Response<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ScalarProgram activator;
    private readonly ScalarProgram inhibitor;
    private readonly int inputs;

    public JointResponse(Expr fu, Expr fv, Symbol u, Symbol v, IReadOnlyList<Symbol> uniforms, IReadOnlyList<Symbol> streams, Simd simd)
        : base(2, streams.Count, uniforms.Count, 2, warm: true)
    {
        var (driveU, driveV) = (new Symbol("drive_u_"), new Symbol("drive_v_"));
        inputs = 2 + streams.Count + uniforms.Count;
        Symbol[] arguments = [driveU, driveV, .. streams, .. uniforms, u, v];
        var (fuu, fuv, fvu, fvv) = (fu.Derive(u), fu.Derive(v), fv.Derive(u), fv.Derive(v));
        activator = new(arguments, [fu - driveU, fuu - (fuv * fvu / fvv)]);
        inhibitor = new(arguments, [-fv - driveV, -fvv]);

        var wide = typeof(T) == typeof(double);
        var p = new KernelProgram(4 + streams.Count, uniforms.Count, wide);
        var lowering = new Lowering(p, [driveU, driveV, .. streams, u, v], uniforms);
        var determinant = new Symbol("inverse_determinant_");
        lowering.Bind(determinant, p.Over(p.Constant(1), lowering.Lower((fuu * fvv) - (fuv * fvu))));
        var inverse = new[] { fvv, -fuv, -fvu, fuu }.Select(e => lowering.Lower(e * determinant)).ToArray();
        int[] x = [lowering.Lower(u), lowering.Lower(v)];
        var corrections = new List<int>();
        for (var step = 0; step < (wide ? 4 : 3); step++)
        {
            var (iu, iv) = (new Symbol($"{u.Name}__{step}"), new Symbol($"{v.Name}_{step}"));
            lowering.Bind(iu, x[0]);
            lowering.Bind(iv, x[1]);
            int At(Expr e) =>
                lowering.Lower(
                    e.Substitute(s =>
                        s.Equals(u) ? iu
                        : s.Equals(v) ? iv
                        : null
                    )
                );
            var (ru, rv) = (At(driveU - fu), At(-driveV - fv));
            var du = p.Fma(inverse[0], ru, p.Times(inverse[1], rv));
            var dv = p.Fma(inverse[2], ru, p.Times(inverse[3], rv));
            corrections.Add(p.Sum(p.Unary(Op.Abs, du), p.Unary(Op.Abs, dv)));
            x = [p.Sum(x[0], du), p.Sum(x[1], dv)];
        }
        var epsilon = wide ? Math.Pow(2, -53) : Math.Pow(2, -24);
        var size = p.Sum(p.Unary(Op.Abs, x[0]), p.Unary(Op.Abs, x[1]));
        var last = p.Times(corrections[^1], corrections[^1]);
        var scale = p.Fma(size, p.Constant(32 * epsilon), corrections[^2]);
        var trusted = p.Times(p.Times(size, p.Constant(2 * epsilon)), scale);
        foreach (var solution in x)
            p.Results.Add(p.Select(trusted, last, solution, p.Constant(double.NaN)));
        Kernel = KernelCompiler.Build<T>(p, "joint_response", simd);
    }

    private protected override Kernel<T> Kernel { get; }

    private protected override void SolveOne(ReadOnlySpan<double> inputs, Span<double> unknowns)
    {
        var arguments = stackalloc double[this.inputs + 2];
        for (var i = 0; i < inputs.Length; i++)
            arguments[i] = inputs[i];
        var outer = new Outer(this, arguments, 0);
        unknowns[0] = double.IsFinite(inputs[0]) && double.IsFinite(inputs[1]) ? MonotoneRoot.Of(ref outer, 0) : double.NaN;
        unknowns[1] = double.IsNaN(unknowns[0]) ? double.NaN : outer.Inhibitor(unknowns[0]);
    }

    /// <summary>fu(u, v(u)) − I_u with fv(u, v(u)) = −I_v.</summary>
    private struct Outer(JointResponse<T> response, double* arguments, double v) : IIncreasing
    {
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
            var y = stackalloc double[2];
            response.activator.Evaluate(arguments, y);
            return (y[0], y[1]);
        }
    }
}
