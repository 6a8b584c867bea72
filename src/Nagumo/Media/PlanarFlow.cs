using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>Orbits of a neuron in the plane at a current, forwards or backwards in time.</summary>
/// <remarks>
/// The third variable is the time integral of the divergence ∂u'/∂u + ∂v'/∂v: over a closed orbit the logarithm of its Floquet multiplier. Errors
/// are measured in the cell's own sizes; where its rates differ by orders of magnitude the step is semi-implicit, with the exact Jacobian. Every
/// orbit ends: it escapes, or its steps are spent.
/// </remarks>
internal static class PlanarFlow
{
    /// <summary>Ratio of the fastest to the slowest rate beyond which an explicit step is bounded by stability alone.</summary>
    private const double Stiff = 500;

    /// <summary>Steps of one orbit, and of one turn of it.</summary>
    private const int MostSteps = 60_000;

    /// <inheritdoc cref="MostSteps"/>
    public const int MostStepsOfATurn = 20_000;

    private static readonly ExtrapolationOptions Precise = new(1e-15, 1e-13, 6),
        PreciseStiff = new(1e-15, 1e-11, 8),
        Ordinary = new(1e-15, 1e-10, 5);

    /// <summary>An integrator, to be begun at a state [u, v, 0].</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="scales">What counts as 1.</param>
    /// <param name="precise">Whether errors are near rounding, for periods and multipliers; else 1e-10 of a step.</param>
    /// <param name="backwards">Whether time runs backwards.</param>
    /// <param name="cancel">Ends the next step.</param>
    /// <param name="tolerance">Error of a step relative to the sizes; null for the usual.</param>
    /// <param name="mostSteps">Steps after which it gives up; null for the usual.</param>
    /// <param name="semiImplicit">Whether to step semi-implicitly; null to decide by the rates at rest, which say nothing of places far out.</param>
    public static Extrapolation Start(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        bool precise = false,
        bool backwards = false,
        CancellationToken cancel = default,
        double? tolerance = null,
        int? mostSteps = null,
        bool? semiImplicit = null
    )
    {
        bool stiff = semiImplicit ?? scales.Fast > Stiff * scales.Slow;
        var options =
            stiff ? PreciseStiff
            : precise ? Precise
            : Ordinary;
        if (tolerance is { } given)
            options = options with { Absolute = given };
        double sign = backwards ? -1 : 1;
        return new(
            stiff ? new SemiImplicit(neuron, current, sign) : new Explicit(neuron, current, sign),
            options,
            // A logarithm of 1; with the stiff rate in it, far more.
            [scales.U, scales.V, stiff ? scales.Fast / scales.Slow : 1],
            cancel,
            [scales.MiddleU, scales.MiddleV, 0]
        )
        {
            MostSteps = mostSteps ?? MostSteps,
        };
    }

    private class Explicit(PlanarNeuron neuron, double current, double sign) : ICornered
    {
        public int Size => 3;

        public int Corners => neuron.Corners;

        public void Conditions(ReadOnlySpan<double> x, Span<double> values) => neuron.Conditions(x[0], x[1], values);

        public void At(ReadOnlySpan<double> x, Span<double> velocity)
        {
            var (u, v, divergence) = neuron.Velocity(x[0], x[1], current);
            (velocity[0], velocity[1], velocity[2]) = (sign * u, sign * v, sign * divergence);
        }
    }

    private sealed class SemiImplicit(PlanarNeuron neuron, double current, double sign) : Explicit(neuron, current, sign), IStiffVelocity
    {
        private readonly PlanarNeuron _neuron = neuron;
        private readonly double _sign = sign;
        private double _uu,
            _uv,
            _vu,
            _vv;

        public void Linearise(ReadOnlySpan<double> x)
        {
            var jet = _neuron.Jet(x[0], x[1]);
            (_uu, _uv) = (_sign * jet.F.U / _neuron.TauU, _sign * jet.F.V / _neuron.TauU);
            (_vu, _vv) = (_sign * jet.G.U / _neuron.TauV, _sign * jet.G.V / _neuron.TauV);
        }

        public void Solve(double h, Span<double> x)
        {
            double a = 1 - h * _uu,
                b = -h * _uv,
                c = -h * _vu,
                d = 1 - h * _vv,
                determinant = a * d - b * c;
            (x[0], x[1]) = ((d * x[0] - b * x[1]) / determinant, (a * x[1] - c * x[0]) / determinant);
        }
    }
}
