using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

/// <summary>Experiments of a second or less on real images.</summary>
internal static class SmallExperiments
{
    private static readonly Lazy<DataSet> Mini = new(() => MnistMini.Load("mnist-mini"));

    /// <summary>The first so many training images of mnist-mini, and 50 test images.</summary>
    public static DataSet Images(int train) =>
        new("mnist-mini", Mini.Value.Train.Select([.. Enumerable.Range(0, train)]), Mini.Value.Test.Select([.. Enumerable.Range(0, 50)]));

    /// <summary>All 5000 + 1000 images.</summary>
    public static DataSet All => Mini.Value;

    /// <summary>784-h-10 with one hidden population "h" and a linear readout.</summary>
    public static Experiment Mnist(PopulationOptions? hidden = null, int epochs = 1, int batch = 16) =>
        new(
            new(
                [new("x", 784), hidden ?? new("h", 12, "fitzhugh-nagumo"), new("out", 10, "linear")],
                [
                    new("bilinear", "h", "x", Sd: 0.04),
                    new("bias", "h", Value: 0.875),
                    new("bilinear", "out", "h", Sd: 0.03),
                    new("bias", "out"),
                ]
            ),
            new("out", Kappa: 5),
            Data: "mnist-mini",
            Epochs: epochs,
            Batch: batch
        );

    /// <summary>One epoch; ends early when the test run is cancelled.</summary>
    public static EpochMetrics Train(this Trainer trainer, IProgress<Progress>? progress = null) =>
        trainer.TrainEpoch(progress, TestContext.Current.CancellationToken);

    /// <summary>All parameters, one after the other.</summary>
    public static float[] Weights(Trainer trainer) => [.. trainer.Machine.Parameters.SelectMany(p => p.Values.ToArray())];
}
