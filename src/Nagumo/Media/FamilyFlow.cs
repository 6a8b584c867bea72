using System.Runtime.InteropServices;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>The velocity of a neuron along a parameter with its derivatives by u, v and the parameter, exact and without allocation.</summary>
/// <remarks>u' = (F_u + I)/τ_u, v' = F_v/τ_v; where the parameter stands in a time constant its derivative does, too.</remarks>
internal sealed class FamilyFlow
{
    private readonly ScalarProgram _program;
    private readonly double[] _values;
    private readonly int _slot;

    public FamilyFlow(CellFamily family)
    {
        var kinetics = family.Neuron.Kinetics;
        var (u, v) = (kinetics.Fields[0], kinetics.Fields[1]);
        Symbol current = new("_I");
        var varied = family.Parameter is { } name ? kinetics.Parameters.First(p => p.Name == name) : current;
        Symbol[] arguments = [u, v, current, .. kinetics.Parameters];
        _slot = Array.IndexOf(arguments, varied);
        _values = [0, 0, family.Current, .. kinetics.Parameters.Select(p => family.Neuron.Parameters[p.Name])];
        Expr du = (kinetics.Forces[0] + current) / kinetics.Taus[0],
            dv = kinetics.Forces[1] / kinetics.Taus[1];
        _program = new(arguments, [du, dv, du.Derive(u), du.Derive(v), dv.Derive(u), dv.Derive(v), du.Derive(varied), dv.Derive(varied)]);
    }

    /// <summary>Velocity (U, V), its derivatives by u (UU, VU), by v (UV, VV) and by the parameter (UP, VP).</summary>
    public readonly record struct Local(double U, double V, double UU, double UV, double VU, double VV, double UP, double VP)
    {
        /// <summary>∂u'/∂u + ∂v'/∂v.</summary>
        public double Trace => UU + VV;

        /// <summary>Of the Jacobian.</summary>
        public double Determinant => UU * VV - UV * VU;
    }

    /// <summary>Everything at a point.</summary>
    public Local At(double u, double v, double parameter)
    {
        Span<double> x = stackalloc double[_values.Length];
        _values.CopyTo(x);
        (x[0], x[1], x[_slot]) = (u, v, parameter);
        Local local = default;
        _program.Evaluate(x, MemoryMarshal.Cast<Local, double>(new Span<Local>(ref local)));
        return local;
    }
}
