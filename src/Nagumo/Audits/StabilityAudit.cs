using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>Whether the physical flow stays at the free rest states.</summary>
/// <remarks>
/// Necessary: the reduced Hessian is positive definite. With it, λ_max(T_u^−½ A T_u^−½) &lt; λ_min(T_v^−½ Γ T_v^−½) is sufficient, A = −H_uu and
/// Γ = −H_vv. Between the two the rightmost eigenvalue of the (u, v) Jacobian decides. All τ_v times a common ratio leave the rest state
/// as it is, and move that eigenvalue across zero at <see cref="MaxTauRatio"/>. [DESIGN §1]
/// </remarks>
public sealed record StabilityAudit
{
    /// <summary>Perturbations are judged this far from the crossing.</summary>
    private const double Margin = 0.03;

    /// <summary>Beyond this ratio nothing is searched for.</summary>
    private const double LargestRatio = 1 << 20;

    /// <summary>Largest real part of the eigenvalues of the Jacobian, over samples.</summary>
    public required double Rightmost { get; init; }

    /// <summary>Whether every eigenvalue search converged.</summary>
    public required bool Converged { get; init; }

    /// <summary>Smallest eigenvalue of the reduced Hessian, over samples.</summary>
    public required double ReducedEigenvalue { get; init; }

    /// <summary>λ_max(T_u^−½ A T_u^−½), the largest over samples.</summary>
    public required double ActivatorRate { get; init; }

    /// <summary>λ_min(T_v^−½ Γ T_v^−½), the smallest over samples; infinite without inhibitors.</summary>
    public required double InhibitorRate { get; init; }

    /// <summary>Factor of all τ_v at which the rightmost eigenvalue crosses zero; infinite when it never does, 0 when it is never stable.</summary>
    public required double MaxTauRatio { get; init; }

    /// <summary>Rate at which the flow's perturbations change at 0.97 of that ratio, and at 1.03; NaN when there is no crossing.</summary>
    public required (double Below, double Above) FlowRates { get; init; }

    /// <summary>Whether every rest state is stable at the network's own time constants.</summary>
    public bool Stable => ReducedEigenvalue > 0 && Rightmost < 0;

    /// <summary>Whether the sufficient bound holds.</summary>
    public bool SufficientBoundHolds => ReducedEigenvalue > 0 && ActivatorRate < InhibitorRate;

    /// <summary>Whether the flow decays below the crossing and grows above it; true without a crossing.</summary>
    public bool FlowAgrees => double.IsNaN(FlowRates.Below) || (FlowRates.Below < 0 && FlowRates.Above > 0);

    /// <summary>What is claimed: stability, and where the flow loses it.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            new(
                $"stable: rightmost eigenvalue of the (u, v) Jacobian (sufficient bound {(SufficientBoundHolds ? "holds" : "does not hold")})",
                [Rightmost],
                "< 0",
                Stable
            ),
            .. MaxTauRatio switch
            {
                double.PositiveInfinity => [new Claim("stable at every τ_v", [], "", Stable)],
                > 0 when double.IsNaN(FlowRates.Below) =>
                [
                    new Claim("unstable beyond so many times τ_v, by eigenvalues", [MaxTauRatio], "", true),
                ],
                > 0 =>
                [
                    new Claim(
                        $"unstable beyond {Claim.Say(MaxTauRatio)} × τ_v: the flow's rates at 0.97 and 1.03 of it",
                        [FlowRates.Below, FlowRates.Above],
                        "< 0; > 0",
                        FlowRates.Below < 0 && FlowRates.Above > 0
                    ),
                ],
                // Never stable: the claim above has failed, and there is no crossing to look at.
                _ => Array.Empty<Claim>(),
            },
        ];

    /// <summary>Runs the audit at the free rest states.</summary>
    /// <param name="subject">Network and samples.</param>
    /// <param name="samples">Only so many samples, ≥ 1.</param>
    /// <param name="flow">Whether to follow the flow on both sides of the crossing.</param>
    /// <remarks>The crossing is searched at the sample whose rightmost eigenvalue is largest.</remarks>
    public static StabilityAudit Run(AuditSubject subject, int samples = int.MaxValue, bool flow = true)
    {
        double rightmost = double.NegativeInfinity,
            reduced = double.PositiveInfinity,
            activators = double.NegativeInfinity,
            inhibitors = double.PositiveInfinity,
            ratio = double.PositiveInfinity;
        bool converged = true;
        int worst = 0;
        for (int sample = 0; sample < Math.Min(samples, subject.Samples); sample++)
        {
            using var lane = new Lane(subject, sample);
            var linear = lane.Linear;
            var (value, found) = linear.Rightmost(1);
            converged &= found;
            reduced = Math.Min(reduced, linear.ReducedEigenvalue());
            activators = Math.Max(activators, linear.ActivatorRate());
            if (linear.HasInhibitors)
                inhibitors = Math.Min(inhibitors, linear.InhibitorRate());
            if (value.Real > rightmost)
                (rightmost, worst) = (value.Real, sample);
        }
        var rates = (double.NaN, double.NaN);
        if (reduced <= 0)
            ratio = 0;
        else if (!double.IsInfinity(inhibitors))
        {
            using var lane = new Lane(subject, worst);
            ratio = Crossing(lane.Linear, ref converged);
            if (flow && ratio > 0 && double.IsFinite(ratio))
                rates = (lane.Rate(ratio * (1 - Margin), ref converged), lane.Rate(ratio * (1 + Margin), ref converged));
        }
        return new()
        {
            Rightmost = rightmost,
            Converged = converged,
            ReducedEigenvalue = reduced,
            ActivatorRate = activators,
            InhibitorRate = inhibitors,
            MaxTauRatio = ratio,
            FlowRates = rates,
        };
    }

    /// <summary>The zero of the rightmost real part over the τ ratio, from the sufficient bound upwards. [Dowell, Jarratt 1971: Illinois]</summary>
    private static double Crossing(Linearisation linear, ref bool converged)
    {
        double activators = linear.ActivatorRate();
        if (activators <= 0)
            return double.PositiveInfinity;
        double low = 0.9 * linear.InhibitorRate() / activators,
            atLow = Real(low, ref converged),
            high = low,
            atHigh = atLow;
        if (atLow > 0)
            return 0;
        while (atHigh <= 0)
        {
            (low, atLow) = (high, atHigh);
            high *= 1.5;
            if (high > LargestRatio)
                return double.PositiveInfinity;
            atHigh = Real(high, ref converged);
        }
        int side = 0;
        for (int i = 0; i < 60 && high - low > 1e-5 * high; i++)
        {
            // Illinois shrinks the bracket from both ends; a fence keeps a flat function from stalling it.
            double middle = Math.Clamp(
                    (low * atHigh - high * atLow) / (atHigh - atLow),
                    low + 0.02 * (high - low),
                    high - 0.02 * (high - low)
                ),
                at = Real(middle, ref converged);
            if (Math.Abs(at) < 1e-7)
                return middle;
            if (at > 0)
            {
                (high, atHigh) = (middle, at);
                atLow = side > 0 ? atLow / 2 : atLow;
                side = 1;
            }
            else
            {
                (low, atLow) = (middle, at);
                atHigh = side < 0 ? atHigh / 2 : atHigh;
                side = -1;
            }
        }
        return (low + high) / 2;

        double Real(double ratio, ref bool converged)
        {
            var (value, found) = linear.Rightmost(ratio);
            converged &= found;
            return value.Real;
        }
    }

    /// <summary>One sample at its free rest state.</summary>
    private sealed class Lane : IDisposable
    {
        private const double Perturbation = 1e-6;
        private readonly AuditSubject _subject;
        private readonly State<double> _rest;
        private readonly IDisposable _images;

        public Lane(AuditSubject subject, int sample)
        {
            _subject = subject;
            _rest = subject.Present(1, _ => sample, out _images);
            subject.Rest(_rest);
            Linear = new(subject, _rest);
        }

        public Linearisation Linear { get; }

        /// <summary>
        /// Mean rate of ln |x − rest| over the second half of a run of the flow from a random perturbation: by then its leading modes are
        /// left. The norm is the largest over a window longer than a period, so that oscillation does not count.
        /// </summary>
        public double Rate(double tauRatio, ref bool converged)
        {
            var (value, found) = Linear.Rightmost(tauRatio);
            converged &= found;
            // Stable, and small against the leading modes' own time, whatever the inhibitors' is.
            double step = Math.Min(1.5 / Linear.Stiffness(tauRatio), 0.2 / Math.Max(1, value.Magnitude)),
                window = Math.Abs(value.Imaginary) > 0 ? Math.Clamp(2 * Math.PI / Math.Abs(value.Imaginary), 2, 100) : 2,
                half = Math.Clamp(4 / Math.Abs(value.Real), 2 * window, 400);
            var vector = new FieldVector<double>(_subject.Machine, _rest);
            using var s = _subject.Machine.CreateState(1, allFields: true);
            using var flow = new Flow<double>(_subject.Machine, 1, new("runge-kutta-4", step, TauRatio: tauRatio), _subject.Workspace);
            double[] rest = new double[vector.Rows],
                x = new double[vector.Rows];
            s.CopyFrom(_rest, 0);
            vector.Gather(_rest, rest);
            new Rng(_subject.Experiment.Seed).Split("perturbation").FillNormal(x, 0, Perturbation);
            for (int i = 0; i < x.Length; i++)
                x[i] += rest[i];
            vector.Scatter(x, s);
            flow.Begin(s);
            double Largest(double from)
            {
                double largest = 0;
                while (flow.Time < from)
                    flow.Step();
                while (flow.Time < from + window)
                {
                    flow.Step();
                    vector.Gather(s, x);
                    double sum = 0;
                    for (int i = 0; i < x.Length; i++)
                        sum += (x[i] - rest[i]) * (x[i] - rest[i]);
                    largest = Math.Max(largest, Math.Sqrt(sum));
                }
                return largest;
            }
            double first = Largest(half),
                second = Largest(2 * half + window);
            return Math.Log(second / first) / (half + window);
        }

        public void Dispose()
        {
            Linear.Dispose();
            _rest.Dispose();
            _images.Dispose();
        }
    }
}
