using Nagumo.Audits;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;
using Nagumo.Tests.Audits;
using Nagumo.Tests.Learning;

namespace Nagumo.Tests.Couplings;

/// <summary>A coupling without a term: its drives as plain loops, and the gradient of networks that have it, against differences of the loss.</summary>
public sealed class AsymmetricTests
{
    private static Experiment Net(
        double correlation,
        string correction = "antisymmetric",
        string kind = "centred",
        string nudge = "current"
    ) =>
        Tiny.Net(
            [Tiny.X, Tiny.Fhn("h1", 5), Tiny.Fhn("h2", 4, 0.7), Tiny.Out()],
            [
                Tiny.W("h1", "x", 0.5),
                new("bias", "h1", Value: 0.3),
                new("asymmetric", "h2", "h1", Sd: 0.12, Correlation: correlation),
                new("asymmetric", "h1", "h1", Sd: 0.05, Correlation: correlation, Name: "inner"),
                new("asymmetric", "out", "h2", Sd: 0.12, Correlation: correlation),
                new("bias", "out", Value: 0.1),
            ]
        ) with
        {
            Estimator = new(kind, 1e-3, nudge, Correction: correction),
        };

    /// <summary>Five-point differences of the mean loss along every parameter.</summary>
    private static double[][] Differences(AuditSubject subject)
    {
        const double h = 1e-3;
        using var learner = subject.Learner(new());
        return
        [
            .. subject.Machine.Parameters.Select(p =>
            {
                var g = new double[p.Values.Length];
                for (int i = 0; i < g.Length; i++)
                {
                    double kept = p.Values[i];
                    double At(double step)
                    {
                        p.Values[i] = kept + step;
                        subject.Machine.Load();
                        double loss = subject.Loss(learner);
                        p.Values[i] = kept;
                        return loss;
                    }
                    g[i] = (At(-2 * h) - 8 * At(-h) + 8 * At(h) - At(2 * h)) / (12 * h);
                }
                subject.Machine.Load();
                return g;
            }),
        ];
    }

    private static double[] Flat(double[][] blocks) => [.. blocks.SelectMany(b => b)];

    private static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));

    [Theory]
    [InlineData("centred", "current")]
    [InlineData("centred", "cost")]
    public void The_corrected_gradient_is_exact_and_the_naive_one_is_not(string kind, string nudge)
    {
        var experiment = Net(correlation: -0.5, kind: kind, nudge: nudge);
        using var subject = Tiny.Subject(experiment);
        double[][] exact = Differences(subject),
            corrected = subject.Gradient(experiment.Estimator).Gradient,
            naive = subject.Gradient(experiment.Estimator with { Correction = "none" }).Gradient;
        for (int p = 0; p < exact.Length; p++)
            Assert.True(
                Cosine(corrected[p], exact[p]) > 0.999999,
                $"{subject.Machine.Parameters[p].Name}: {Cosine(corrected[p], exact[p]):R}"
            );
        Assert.InRange(Vectors.Vector.RelativeError(Flat(corrected), Flat(exact)), 0, 1e-5);
        Assert.InRange(Enumerable.Range(0, exact.Length).Min(p => Cosine(naive[p], exact[p])), -1, 0.98);
    }

    [Fact]
    public void The_one_sided_gradient_is_exact_to_first_order()
    {
        var experiment = Net(correlation: 0, kind: "one-sided");
        using var subject = Tiny.Subject(experiment);
        double[] exact = Flat(Differences(subject));
        double Error(double beta) =>
            Vectors.Vector.RelativeError(Flat(subject.Gradient(experiment.Estimator with { Beta = beta }).Gradient), exact);
        Assert.InRange(Math.Log10(Error(1e-2) / Error(1e-3)), 0.9, 1.1);
    }

    [Fact]
    public void Equal_weights_both_ways_are_the_bilinear_coupling()
    {
        using Machine<double> one = Machine(new Asymmetric("h2", "h1", 0.3, correlation: 1)),
            other = Machine(new Bilinear("h2", "h1", 0.3));
        double[] a = Rest(one),
            b = Rest(other);
        Assert.InRange(Vectors.Vector.RelativeError(a, b), 0, 1e-12);

        static Machine<double> Machine(Coupling coupling) =>
            new(
                new(
                    [new("h1", new Nagumo.Neurons.FitzHughNagumo(), 5), new("h2", new Nagumo.Neurons.FitzHughNagumo(), 3)],
                    [coupling, new Bias("h1", 0.6), new Bias("h2", 0.9)]
                ),
                new Rng(3)
            );

        static double[] Rest(Machine<double> machine)
        {
            using var s = machine.CreateState(1);
            using var ws = new Workspace<double>();
            machine.LoadConstants(s, ws);
            s.Clear();
            Assert.True(BlockSweeps.Relax(machine, s, new(500, 1e-13), -1, ws).Converged);
            return [.. Enumerable.Range(0, 2).SelectMany(p => Enumerable.Range(0, s.X(p, 0).Rows).Select(r => s.X(p, 0)[r, 0]))];
        }
    }

    [Fact]
    public void The_weights_start_with_the_stated_correlation()
    {
        foreach (double stated in (double[])[1, 0.5, -1])
        {
            var specs = new Asymmetric("a", "b", 1, stated).Tensors([new(60, false, false), new(50, false, false)]);
            double[] w = new double[3000],
                v = new double[3000];
            specs[0].Initialise(new Rng(1).Split("c"), w);
            specs[1].Initialise(new Rng(1).Split("c"), v);
            // The standard error of a correlation of 3000 pairs is 0.018.
            Assert.Equal(stated, Cosine(w, v), 0.06);
        }
    }

    [Fact]
    public void The_audit_says_neither_and_names_the_couplings()
    {
        using var subject = Tiny.Subject(Net(correlation: 0));
        var audit = StructureAudit.Run("net", subject);
        Assert.Equal(Structure.Neither, audit.Class);
        Assert.NotEmpty(audit.Broken);
        Assert.InRange(audit.PlainCosine, -1, 0.99);
        using var symmetric = Tiny.Subject(Net(correlation: 1));
        Assert.Equal(Structure.SkewGradient, StructureAudit.Run("net", symmetric).Class);
    }

    [Fact]
    public void Both_presets_train()
    {
        foreach (string name in (string[])["asymmetric-naive", "asymmetric-corrected"])
        {
            using var trainer = new Trainer(Presets.Get(name) with { Epochs = 2 }, SmallExperiments.Images(1000), 1);
            double first = trainer.Train().TrainLoss,
                second = trainer.Train().TrainLoss;
            Assert.True(second < first, $"{name}: {first} → {second}");
        }
    }

    [Fact]
    public void What_cannot_work_is_refused_in_one_line()
    {
        Refused(() => Tiny.Subject(Net(0)).Gradient(new("exact")), "has other weights forth than back, so the network has no potential");
        Refused(
            () => Tiny.Subject(Tiny.Layered("fitzhugh-nagumo")).Gradient(new(Correction: "antisymmetric")),
            "there is nothing to correct. Leave it out."
        );
        Refused(() => new EstimatorOptions("exact", Correction: "antisymmetric"), "estimator.kind = 'exact' has none");
        Refused(() => new EstimatorOptions(Correction: "antisymetric"), "Did you mean 'antisymmetric'?");
        Refused(() => new Asymmetric("a", "b", 1, 1.5), "correlation = 1.5: give a number from −1 to 1.");
        Refused(
            () => Tiny.Subject(Tiny.Net([Tiny.X, Tiny.Out()], [new("asymmetric", "out", "x", Sd: 1)])),
            "needs two relaxed ends; towards a clamped one use 'bilinear'"
        );

        static void Refused(Action what, string message) => Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(what).Message);
    }
}
