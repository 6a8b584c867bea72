using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>Whether an activator and an inhibitor that cannot be eliminated have one rest state for every drive.</summary>
/// <remarks>
/// The inhibitor ascends: where −∂²H/∂v² &gt; 0 for every v, it has one answer v(u) or runs away. Along v(u) the activator's force has the slope
/// dI/du = H_uu − H_uv²/H_vv, which must not be negative: the rule for inhibitors that are eliminated, with the implicit function in place of
/// their formula. Every activator's drive occurs, being a u; of an inhibitor's drives the slope is asked at 0 only, and the answer at large ones of
/// either sign, where an inhibitor that saturates would run away. At another drive the slope may still be negative: an inhibitor that stiffens holds the activator
/// less the further it is driven, and how far couplings drive it no neuron knows. That is seen at the rest states that are reached: by their reduced Hessian and by random
/// starts (<c>nagumo check</c>). Immutable but for its scratch numbers: not thread-safe.
/// </remarks>
internal sealed class JointSlope
{
    /// <summary>Of the activator's samples, one in so many is combined with all of the inhibitor's.</summary>
    private const int Sparse = 40;

    /// <summary>A drive into the inhibitor that is larger than any coupling gives.</summary>
    private const double LargeDrive = 1e6;

    private readonly Symbol _u,
        _v;
    private readonly bool _driven;
    private readonly Symbol[] _uniforms;
    private readonly Enclosing _inhibitor,
        _slope;
    private readonly ScalarProgram _answer,
        _curvatures;

    /// <param name="equations">The equations of a population with one inhibitor.</param>
    public JointSlope(LocalEquations equations)
    {
        (_u, _v, _uniforms) = (equations.X[0], equations.X[1], equations.Uniforms);
        _driven = equations.Driven.Length > 1;
        var fu = equations.Force(0);
        var fv = equations.Force(1);
        Expr fuv = fu.Derive(_v),
            fvv = fv.Derive(_v),
            slope = fvv == Expr.Zero ? fu.Derive(_u) : fu.Derive(_u) - fuv * fuv / fvv;
        (_inhibitor, _slope) = (new(fv), new(slope));
        var drive = equations.Drives[1];
        Symbol[] all = [.. _uniforms, drive, _u, _v];
        _answer = new(all, [-fv - drive, -fvv]);
        // Outside its domain a force may have a slope that is a number: 1/u is that of log u on both sides.
        _curvatures = new(all, [slope, fvv, fu]);
    }

    /// <summary>What is wrong with the neuron of these parameters and loads, and where; null when its response is unique.</summary>
    /// <param name="uniforms">Their values, in the order of the equations'.</param>
    /// <param name="range">Where the activator may be.</param>
    /// <returns>The fault, u, the inhibitor's answer, and its drive.</returns>
    public (Fault Fault, double U, double V, double Drive)? Find(double[] uniforms, Enclosure range)
    {
        var memory = new double[_uniforms.Length + 3];
        uniforms.CopyTo(memory, 0);
        double v = 0;
        int iu = memory.Length - 2,
            iv = memory.Length - 1,
            drive = memory.Length - 3;
        double[] points = [.. Increase.Samples(range)];
        Span<double> y = stackalloc double[3];
        for (int i = 0; i < points.Length; i += Sparse)
            foreach (double other in Increase.Samples(Response.Everywhere))
            {
                (memory[iu], memory[iv]) = (points[i], other);
                _curvatures.Evaluate(memory, y);
                // Far out a curvature may underflow to 0, as that of log cosh does.
                if (y[1] > 0)
                    return (Fault.NotHeld, points[i], other, 0);
                if (double.IsNaN(y[1]) && Math.Abs(other) <= 1)
                    return (Fault.NoNumber, points[i], other, 0);
            }
        foreach (double u in points.OrderBy(Math.Abs))
        {
            double answer = Answer(memory, u);
            if (double.IsInfinity(answer))
                return (Fault.RunsAway, u, answer, 0);
            if (double.IsNaN(answer))
                return (Fault.NoNumber, u, answer, 0);
        }
        foreach (double large in _driven ? [LargeDrive, -LargeDrive] : Array.Empty<double>())
        {
            memory[drive] = large;
            double u = points.MinBy(Math.Abs),
                answer = Answer(memory, u);
            if (!double.IsFinite(answer))
                return (Fault.RunsAway, u, answer, large);
        }
        (memory[drive], v) = (0, 0);
        var rise = Increase.Of(u => Slope(memory, u), Enclose, range);
        return rise.Holds ? null : (rise.IsNumber ? Fault.Falls : Fault.NoNumber, rise.Where, Answer(memory, rise.Where), 0);

        Enclosure Enclose(Enclosure u) => Slopes(memory, uniforms, u);

        double Answer(double[] memory, double u)
        {
            memory[iu] = u;
            var along = new ScalarProgram.Along(_answer, memory, iv, 0);
            return v = MonotoneRoot.Of(ref along, double.IsFinite(v) ? v : 0);
        }

        double Slope(double[] memory, double u)
        {
            double answer = Answer(memory, u);
            Span<double> y = stackalloc double[3];
            (memory[iu], memory[iv]) = (u, answer);
            _curvatures.Evaluate(memory, y);
            return double.IsNaN(y[2]) ? double.NaN : y[0];
        }

        // The inhibitor's answers to an interval of u lie where its force surely has both signs around them.
        Enclosure Slopes(double[] memory, double[] values, Enclosure u)
        {
            double low = Answer(memory, u.Low),
                high = Answer(memory, u.High);
            (low, high) = (Math.Min(low, high), Math.Max(low, high));
            double margin = 0.25 * (high - low) + 1e-9 * (1e-9 + Math.Max(Math.Abs(low), Math.Abs(high)));
            (low, high) = (low - margin, high + margin);
            if (!(At(_inhibitor, low).Low > 0 && At(_inhibitor, high).High < 0))
                return Response.Everywhere;
            return At(_slope, new(low, high));

            Enclosure At(Enclosing e, Enclosure v) => e.On(s => Value(s, values, u, v));
        }

        Enclosure Value(Symbol s, double[] values, Enclosure u, Enclosure v) =>
            s == _u ? u
            : s == _v ? v
            : values[Array.IndexOf(_uniforms, s)];
    }

    /// <summary>What may be wrong.</summary>
    public enum Fault
    {
        /// <summary>−∂²H/∂v² is negative somewhere: the inhibitor leaves.</summary>
        NotHeld,

        /// <summary>The inhibitor's force never changes its sign: it has no answer.</summary>
        RunsAway,

        /// <summary>dI/du is negative: bistable.</summary>
        Falls,

        /// <summary>The potential is not finite.</summary>
        NoNumber,
    }
}
