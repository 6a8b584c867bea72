using System.Globalization;
using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>The sweeps' rest states against what the physical (u, v) flow reaches by itself.</summary>
/// <remarks>The flow starts from u = v = 0 and from random states, never from the sweeps' answer.</remarks>
public sealed record FlowAudit
{
    /// <summary>Rest states further apart than this are different ones.</summary>
    private const double Distinct = 1e-4;

    /// <summary>A residual from which fixed steps go on.</summary>
    private const double Near = 1e-3;

    /// <summary>Most steps of each part: a network whose slowest rate is a thousandth of its fastest comes to rest in them; beyond, it is told that it has not.</summary>
    private const int MostSteps = 30_000;

    private const double AgreementBound = 1e-6;

    /// <summary>Largest |difference| between a field at rest by sweeps and by the flow; NaN where sweeps cannot be used.</summary>
    public required double Agreement { get; init; }

    /// <summary>The most rest states that one sample reached from its starts.</summary>
    public required int RestStates { get; init; }

    /// <summary>What the flow reached; its lanes are samples × starts.</summary>
    public required RelaxationReport Relaxation { get; init; }

    /// <summary>What is claimed: one rest state a sample, that of the sweeps.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            new(
                Relaxation.Converged
                    ? $"sweeps and the flow from u = v = 0 and random starts agree; rest states: {RestStates}"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"the flow from u = v = 0 and random starts comes to rest: {Relaxation.NotConverged} of its starts had not at t = {Relaxation.Time:G3}; rest states: {RestStates}"
                    ),
                [Agreement],
                $"< {Claim.Say(AgreementBound)}",
                Agreement < AgreementBound && RestStates == 1
            )
            {
                Remedy = RestStates > 1 ? "bound the norms between layers (optimizer.norm_bounds), so that rest is unique" : null,
            },
        ];

    /// <summary>Runs the audit.</summary>
    /// <param name="subject">Network and samples.</param>
    /// <param name="samples">Only so many samples, ≥ 1.</param>
    /// <param name="randomStarts">Random starts beside u = v = 0, ≥ 0.</param>
    /// <param name="spread">Standard deviation of random fields; activators in a box start uniformly in it.</param>
    /// <param name="tolerance">Residual at which the flow is at rest.</param>
    /// <param name="maxTime">Most simulated time.</param>
    public static FlowAudit Run(
        AuditSubject subject,
        int samples = int.MaxValue,
        int randomStarts = 5,
        double spread = 1,
        double tolerance = 1e-9,
        double maxTime = 4000
    )
    {
        int n = Math.Min(samples, subject.Samples),
            starts = 1 + randomStarts,
            lanes = n * starts;
        using var s = subject.Present(lanes, l => l / starts, out var images);
        using var _ = images;
        var vector = new FieldVector<double>(subject.Machine, s);
        double[] x = new double[vector.Rows * lanes],
            y = new double[vector.Rows * n];
        Start();
        // Far from rest an adaptive step; near it the error control of an explicit method only jitters at its limit of stability, so a fixed step below that
        // limit takes over.
        var report = Relaxers
            .First(
                new FlowRelaxer(_ => new(Tolerance: Near, MaxTime: maxTime / 2, MaxSteps: MostSteps, Error: 1e-5)),
                new SteadyFlow(subject, maxTime / 2)
            )
            .Relax(subject.Machine, s, new(int.MaxValue, tolerance));
        vector.Gather(s, x);

        double agreement = double.NaN;
        if (subject.Responds)
        {
            using var swept = subject.Present(n, l => l, out var shown);
            using var __ = shown;
            subject.Rest(swept);
            vector.Gather(swept, y);
            agreement = 0;
            for (int i = 0; i < x.Length; i++)
                agreement = Math.Max(agreement, Math.Abs(x[i] - y[i / lanes * n + i % lanes / starts]));
        }
        return new()
        {
            Agreement = agreement,
            RestStates = Enumerable.Range(0, n).Max(CountDistinct),
            Relaxation = report,
        };

        void Start()
        {
            var rng = new Rng(subject.Experiment.Seed).Split("starts");
            int at = 0;
            foreach (var (p, f, rows) in vector.Parts)
                for (int r = 0; r < rows; r++)
                for (int l = 0; l < lanes; l++, at++)
                {
                    var box = f == 0 ? subject.Network.Populations[p].Box : null;
                    double draw = box is { } b ? b.Low + (b.High - b.Low) * rng.NextDouble() : spread * rng.NextNormal();
                    x[at] = l % starts == 0 ? 0 : draw;
                }
            vector.Scatter(x, s);
        }

        int CountDistinct(int sample)
        {
            var found = new List<int>();
            for (int start = 0; start < starts; start++)
            {
                int lane = sample * starts + start;
                if (s.LaneResidual.Host()[lane] <= tolerance && found.All(other => Distance(lane, other) > Distinct))
                    found.Add(lane);
            }
            return found.Count;
        }

        double Distance(int a, int b)
        {
            double worst = 0;
            for (int i = 0; i < x.Length; i += lanes)
                worst = Math.Max(worst, Math.Abs(x[i + a] - x[i + b]));
            return worst;
        }
    }

    /// <summary>The flow by fixed steps below the limit of stability of where it starts.</summary>
    private sealed class SteadyFlow(AuditSubject subject, double maxTime) : IRelaxer
    {
        public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            double step = 1.5 / (state is State<double> s ? Stiffness(s) : throw new NotSupportedException("Audits are in double."));
            return new FlowRelaxer(t => new("runge-kutta-4", step, maxTime, MostSteps, t)).Relax(machine, state, options);
        }

        /// <summary>Power iteration on the Jacobian, all lanes at once: its largest eigenvalue is a decay rate.</summary>
        private double Stiffness(State<double> s)
        {
            using var hessian = new HessianOperator<double>(subject.Machine, s, subject.Workspace);
            double[] a = new double[hessian.Size * s.Lanes],
                b = new double[a.Length];
            new Rng(subject.Experiment.Seed).Split("power").FillNormal(a);
            var times = new FieldVector<double>(subject.Machine, s).SkewTimes(subject.Machine);
            double largest = 0;
            for (int iteration = 0; iteration < 30; iteration++)
            {
                hessian.Apply(a, b);
                for (int i = 0; i < b.Length; i++)
                    b[i] /= times[i / s.Lanes];
                largest = 0;
                for (int l = 0; l < s.Lanes; l++)
                {
                    double before = 0,
                        after = 0;
                    for (int i = l; i < a.Length; i += s.Lanes)
                        (before, after) = (before + a[i] * a[i], after + b[i] * b[i]);
                    largest = Math.Max(largest, Math.Sqrt(after / before));
                    for (int i = l; i < a.Length; i += s.Lanes)
                        a[i] = b[i] / Math.Sqrt(after);
                }
            }
            return Math.Max(largest, 0.1);
        }
    }
}
