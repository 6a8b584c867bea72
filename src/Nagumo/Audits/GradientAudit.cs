using System.Globalization;
using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>One estimate of one parameter block's gradient against the exact one.</summary>
/// <param name="Name">The block, e.g. "x-h1.W".</param>
/// <param name="Estimator">"one-sided" or "centred".</param>
/// <param name="Beta">Nudging strength.</param>
/// <param name="RelativeError">|g − g*| / |g*|.</param>
/// <param name="Cosine">g·g* / (|g| |g*|).</param>
public sealed record GradientPoint(string Name, string Estimator, double Beta, double RelativeError, double Cosine);

/// <summary>The fitted orders of one parameter block, and Richardson's combination.</summary>
/// <param name="Name">The block.</param>
/// <param name="OneSided">Order of the one-sided estimator; null where its error is rounding or not on a line.</param>
/// <param name="Centred">Order of the centred estimator.</param>
/// <param name="Richardson">Smallest relative error of (4 g(β/2) − g(β))/3 over the range of β.</param>
/// <param name="FiniteDifference">Largest relative misfit of the exact gradient to finite differences of the loss.</param>
/// <param name="Norm">|g*|.</param>
public sealed record ParameterAudit(
    string Name,
    OrderFit? OneSided,
    OrderFit? Centred,
    double Richardson,
    double FiniteDifference,
    double Norm
);

/// <summary>The gradient check of the field, in float64.</summary>
/// <remarks>
/// Exact: implicit differentiation through the symmetric Hessian; of a pass, its derivative carried back. It is held against finite differences
/// of the loss (relaxed anew at every point), and Equilibrium Propagation, or a pass's echo, against it over a geometric range of β.
/// [Scellier &amp; Bengio 2017; Laborieux et al. 2021; López-Pastor &amp; Marquardt 2023]
/// </remarks>
public sealed class GradientAudit
{
    private static readonly string[] Estimators = ["one-sided", "centred"];

    /// <summary>With kinks, at β ≈ 1e-6: what rounding leaves of the centred error, and what is left of the one-sided one.</summary>
    private const double CentredRounding = 1e-7,
        OneSidedError = 1e-4;

    /// <summary>An error that stays below this at every β is rounding: the estimate is exact, and there is no order to fit.</summary>
    private const double Rounding = 1e-11;

    /// <summary>The range of β = <see cref="Reference"/>·2ⁿ; with kinks it reaches down to where no unit meets its box.</summary>
    private const int Smallest = -4,
        SmallestKinked = -11,
        Largest = 10;

    /// <summary>Above this a nudge may be too strong to come to rest: such points are left out rather than held against the network.</summary>
    private const double LargestDemanded = 0.128;

    /// <summary>A finite difference this close needs no better step.</summary>
    private const double Agreed = 1e-9;

    /// <summary>A nudge so many times weaker than the recipe's is small. What β is small depends on the cost's gain and on the weights, as the recipe's does.</summary>
    private const double Weaker = 100;

    private const double LeastReference = 1e-6,
        MostReference = 1e-3;

    private const double DifferenceBound = 1e-6;

    /// <summary>Whether these are layers in depth, whose elimination leaves less than sweeps do: more is asked of them.</summary>
    public required bool IsLadder { get; init; }

    private double RichardsonBound => IsLadder ? 1e-8 : 1e-6;

    private double CosineBound => IsLadder ? 0.999999 : 0.99999;

    /// <summary>Whose estimates they are: Equilibrium Propagation, or the Hamiltonian echo of a pass through layers.</summary>
    public required string Rule { get; init; }

    /// <summary>Samples whose pass escaped to infinity; 0 where phases relax.</summary>
    public required int Escaped { get; init; }

    /// <summary>As many as <see cref="ChainOptions.MaxEscaped"/> lets; none where it is not set.</summary>
    public required int MostEscaped { get; init; }

    /// <summary>Every point: block × estimator × β.</summary>
    public required IReadOnlyList<GradientPoint> Points { get; init; }

    /// <summary>Per block.</summary>
    public required IReadOnlyList<ParameterAudit> Parameters { get; init; }

    /// <summary>Orders of the root mean square of all blocks' relative errors; null as in <see cref="ParameterAudit"/>.</summary>
    public required OrderFit? OneSided { get; init; }

    /// <inheritdoc cref="OneSided"/>
    public required OrderFit? Centred { get; init; }

    /// <summary>Largest residual of all phases; 0 of a pass, which has none.</summary>
    public required double Residual { get; init; }

    /// <summary>Whether every phase came to rest.</summary>
    public bool Converged => AuditSubject.AtRest(Residual) && Escaped <= MostEscaped;

    /// <summary>Largest misfit of the exact gradient to finite differences.</summary>
    public double FiniteDifference => Parameters.Max(p => p.FiniteDifference);

    /// <summary>Largest of the blocks' <see cref="ParameterAudit.Richardson"/>.</summary>
    public double Richardson => Parameters.Max(p => p.Richardson);

    /// <summary>A small β: a hundredth of the recipe's, 1e-6 to 1e-3.</summary>
    public required double Reference { get; init; }

    /// <summary>β at which cosines are judged: <see cref="Reference"/> or the nearest that was tried; with kinks the smallest.</summary>
    public double CosineBeta => IsKinked ? Points.Min(p => p.Beta) : Points.MinBy(p => Math.Abs(Math.Log(p.Beta / Reference)))!.Beta;

    /// <summary>Smallest cosine of an estimator over the blocks at <see cref="CosineBeta"/>.</summary>
    public double Cosine(string estimator)
    {
        double beta = CosineBeta;
        return Points.Where(p => p.Estimator == estimator && p.Beta == beta).Min(p => p.Cosine);
    }

    /// <summary>Whether the network has boxes: units that meet theirs between two phases leave no order, but an error that ends at small β.</summary>
    public required bool IsKinked { get; init; }

    /// <summary>Whether an estimate has no error but rounding, at any β: a linear network's, or one whose blocks have no gradient.</summary>
    public bool IsExact(string estimator) => LargestError(estimator) <= Rounding;

    /// <summary>Largest relative error over the blocks and over β; NaN when one is.</summary>
    public double LargestError(string estimator) =>
        Points.Where(p => p.Estimator == estimator).Select(p => p.RelativeError).Aggregate(0.0, (a, b) => double.IsNaN(b) || b > a ? b : a);

    /// <summary>Whether an estimator's order is what theory says, or it is exact; with kinks, whether its error vanishes at the smallest β.</summary>
    public bool HasOrder(string estimator, double expected)
    {
        if (IsExact(estimator))
            return true;
        var fit = estimator == "centred" ? Centred : OneSided;
        return fit is not null && Math.Abs(fit.Slope - expected) <= 0.1
            || IsKinked && SmallestError(estimator) <= (expected > 1 ? CentredRounding : OneSidedError);
    }

    /// <summary>Largest relative error over the blocks at the smallest β.</summary>
    public double SmallestError(string estimator) =>
        Points.Where(p => p.Estimator == estimator).GroupBy(p => p.Beta).MinBy(g => g.Key)!.Max(p => p.RelativeError);

    /// <summary>What is claimed of the gradient: rest, differences of the loss, orders, Richardson's combination, direction.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            Rule == Echo
                ? new("samples whose pass escaped to infinity", [Escaped], $"≤ {MostEscaped}", Converged)
                : new("every phase comes to rest: largest residual", [Residual], "rounding", Converged),
            new(
                "exact gradient against finite differences of the loss",
                [FiniteDifference],
                $"< {Claim.Say(DifferenceBound)}",
                FiniteDifference < DifferenceBound
            ),
            OrderClaim("one-sided", OneSided, 1),
            OrderClaim("centred", Centred, 2),
            new(
                "Richardson of β and β/2 against the exact gradient",
                [Richardson],
                $"< {Claim.Say(RichardsonBound)}",
                Richardson < RichardsonBound
            ),
            new(
                $"smallest cosine of the centred estimator at β = {Claim.Say(CosineBeta)}",
                [Cosine("centred")],
                string.Create(CultureInfo.InvariantCulture, $"> {CosineBound}"),
                Cosine("centred") > CosineBound
            )
            {
                Format = "F8",
            },
        ];

    private Claim OrderClaim(string estimator, OrderFit? fit, double expected)
    {
        if (IsExact(estimator))
            return new($"{estimator} {Rule}: order exact; largest error at any β", [LargestError(estimator)], "rounding", true);
        bool holds = HasOrder(estimator, expected),
            ordered = fit is not null && (Math.Abs(fit.Slope - expected) <= 0.1 || !IsKinked);
        return ordered
            ? new(
                $"{estimator} {Rule}: order in β, {Claim.Say(fit!.From)} to {Claim.Say(fit.To)}",
                [fit.Slope],
                string.Create(CultureInfo.InvariantCulture, $"{expected} ± 0.1"),
                holds
            )
            {
                Format = "F3",
            }
            : new(
                $"{estimator} {Rule}: {(IsKinked ? "units meet their box, so no order" : "no order")}; error at the smallest β",
                [SmallestError(estimator)],
                "",
                holds
            );
    }

    private const string Echo = "Hamiltonian echo";

    /// <summary>Runs the audit.</summary>
    /// <param name="subject">Network and samples.</param>
    /// <param name="coordinates">Single parameters of each block that are differenced, beside the gradient's own direction.</param>
    /// <remarks>A full-cost nudge is tried up to half its largest β.</remarks>
    public static GradientAudit Run(AuditSubject subject, int coordinates = 2)
    {
        int smallest = subject.IsKinked ? SmallestKinked : Smallest;
        var parameters = subject.Parameters;
        string nudge = subject.Experiment.Estimator.Nudge;
        double limit = nudge == "cost" ? CostNudge<double>.LargestBeta(subject.Machine, subject.Readout) / 2 : double.PositiveInfinity;
        double reference = Math.Clamp(subject.Experiment.Estimator.Beta / Weaker, LeastReference, MostReference);
        double[] betas =
        [
            .. Enumerable.Range(smallest, Largest - smallest + 1).Select(n => reference * Math.Pow(2, n)).Where(b => b <= limit),
        ];
        if (betas.Length < OrderFit.Fewest)
            throw new ArgumentException(
                $"The full cost allows β up to {limit * 2:g3} only, too little for a range of β. Audit with estimator.nudge = 'current'."
            );
        double residual = 0;
        var (exact, report) = subject.Gradient(new("exact"));
        int escaped = subject.IsPass ? report.Free.NotConverged : 0;
        Note(report);

        var points = new List<GradientPoint>();
        var errors = Estimators.ToDictionary(e => e, _ => new double[parameters.Count][]);
        var richardson = Enumerable.Repeat(double.PositiveInfinity, parameters.Count).ToArray();
        foreach (string estimator in Estimators)
        {
            double[][]? half = null;
            for (int t = 0; t < parameters.Count; t++)
                errors[estimator][t] = new double[betas.Length];
            for (int b = 0; b < betas.Length; b++)
            {
                (var g, report) = subject.Gradient(new(estimator, betas[b], nudge));
                if (betas[b] > LargestDemanded && !AuditSubject.AtRest(report.Nudged.Residual))
                {
                    foreach (var e in errors[estimator])
                        e[b] = double.NaN;
                    half = null;
                    continue;
                }
                Note(report);
                for (int t = 0; t < g.Length; t++)
                {
                    double error = Distance(g[t], exact[t]);
                    errors[estimator][t][b] = error;
                    points.Add(new(parameters[t].Name, estimator, betas[b], error, Cos(g[t], exact[t])));
                    if (estimator == "centred" && half is not null)
                        richardson[t] = Math.Min(
                            richardson[t],
                            Distance([.. half[t].Zip(g[t], (fine, coarse) => (4 * fine - coarse) / 3)], exact[t])
                        );
                }
                half = g;
            }
        }

        var differences = FiniteDifferences(subject, exact, coordinates);
        return new()
        {
            Rule = subject.IsPass ? Echo : "Equilibrium Propagation",
            Escaped = escaped,
            MostEscaped = (int)((subject.Experiment.Chain?.MaxEscaped ?? 0) * subject.Samples),
            IsLadder = subject.Experiment.Chain is not null,
            Points = points,
            Parameters =
            [
                .. parameters.Select(
                    (p, t) =>
                        new ParameterAudit(
                            p.Name,
                            OrderFit.Of(betas, errors["one-sided"][t]),
                            OrderFit.Of(betas, errors["centred"][t]),
                            richardson[t],
                            differences[t],
                            Norm(exact[t])
                        )
                ),
            ],
            OneSided = OrderFit.Of(betas, Mean(errors["one-sided"])),
            Centred = OrderFit.Of(betas, Mean(errors["centred"])),
            Residual = residual,
            IsKinked = subject.IsKinked,
            Reference = reference,
        };

        void Note(BatchReport r)
        {
            foreach (double x in (double[])[r.Free.Residual, r.Nudged.Residual])
                residual = double.IsNaN(x) || x > residual ? x : residual;
        }

        double[] Mean(double[][] e) => [.. betas.Select((_, b) => Math.Sqrt(e.Average(x => x[b] * x[b])))];
    }

    /// <summary>Along the gradient itself, and along single parameters drawn with probability proportional to g²: |difference − g·d| / |g·d|.</summary>
    private static double[] FiniteDifferences(AuditSubject subject, double[][] exact, int coordinates)
    {
        var rng = new Rng(subject.Experiment.Seed).Split("finite-differences");
        using var learner = subject.Learner(new());
        var misfits = new double[exact.Length];
        for (int t = 0; t < exact.Length; t++)
        {
            var (g, values) = (exact[t], learner.Parameters[t].Values.ToArray());
            double norm = Norm(g);
            if (norm == 0)
                continue;
            misfits[t] = Misfit([.. g.Select(x => x / norm)]);
            for (int c = 0; c < coordinates && g.Length > 1; c++)
            {
                double left = rng.NextDouble() * norm * norm;
                int i = 0;
                while (i < g.Length - 1 && (left -= g[i] * g[i]) > 0)
                    i++;
                var unit = new double[g.Length];
                unit[i] = 1;
                misfits[t] = Math.Max(misfits[t], Misfit(unit));
            }

            double Misfit(double[] direction)
            {
                double slope = g.Zip(direction, (a, b) => a * b).Sum();
                // Truncation falls as h⁴, kinks of boxes are met by large steps, rounding rises as 1/h: which wins depends on the network.
                double best = double.PositiveInfinity;
                foreach (double h in (double[])[3e-4, 3e-5, 3e-3, 3e-6, 3e-7, 3e-2])
                {
                    best = Math.Min(best, Math.Abs(Difference(direction, h) - slope) / Math.Abs(slope));
                    if (best < Agreed)
                        break;
                }
                return best;
            }

            // (8 (L(h) − L(−h)) − (L(2h) − L(−2h))) / 12h, error O(h⁴).
            double Difference(double[] direction, double h) =>
                (8 * (At(direction, h) - At(direction, -h)) - (At(direction, 2 * h) - At(direction, -2 * h))) / (12 * h);

            double At(double[] direction, double h)
            {
                var tensor = learner.Parameters[t];
                for (int i = 0; i < values.Length; i++)
                    tensor.Values[i] = values[i] + h * direction[i];
                learner.Load();
                double loss = subject.Loss(learner);
                values.CopyTo(tensor.Values);
                return loss;
            }
        }
        learner.Load();
        return misfits;
    }

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(v => v * v));

    /// <summary>|a − b| / |b|; a block without a gradient, which has no direction, is compared absolutely.</summary>
    internal static double Distance(double[] a, double[] b)
    {
        double norm = Norm(b);
        return Norm([.. a.Zip(b, (x, y) => x - y)]) / (norm > 0 ? norm : 1);
    }

    /// <summary>a·b / (|a| |b|): 1 where neither has a direction, 0 where only one has; NaN stays NaN.</summary>
    internal static double Cos(double[] a, double[] b)
    {
        var (p, q) = (Norm(a), Norm(b));
        return p == 0 || q == 0
            ? (
                p == q ? 1
                : p + q > 0 ? 0
                : double.NaN
            )
            : a.Zip(b, (x, y) => x * y).Sum() / (p * q);
    }
}
