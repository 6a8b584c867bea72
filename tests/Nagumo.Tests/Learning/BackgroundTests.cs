using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;

namespace Nagumo.Tests.Learning;

/// <summary>Unlit pixels that products leave out: the same sums, so the same predictions and gradients up to the order of rounding.</summary>
public sealed class BackgroundTests
{
    private const int Count = 40;

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void Leaving_out_unlit_pixels_changes_rounding_only(double dropout)
    {
        var images = SmallExperiments.Images(Count).Train;
        Assert.True(images.Unlit > 0.7);
        // The same samples in a set that is mostly lit: there every pixel is multiplied.
        byte[] lit = new byte[4 * images.AllBytes.Length];
        int[] labels = new int[4 * images.Count];
        Array.Fill(lit, (byte)200);
        images.AllBytes.CopyTo(lit);
        images.Labels.CopyTo(labels);
        var mixed = new Samples([.. images.Shape], lit, new ClassTargets(10, labels));

        var (left, leftOut) = Learn(images, dropout);
        var (all, read) = Learn(mixed, dropout);
        double scale = all.Max(Math.Abs);
        Assert.True(scale > 0);
        Assert.NotEqual(all, left);
        // Sums of 784 products and 40 samples, of size 1 before they are averaged.
        for (int i = 0; i < all.Length; i++)
            Assert.Equal(all[i], left[i], 1e-12 * scale);
        for (int i = 0; i < read.Length; i++)
            Assert.Equal(read[i], leftOut[i], 1e-12);
    }

    private static (double[] Gradient, double[] Readout) Learn(Samples set, double dropout)
    {
        var experiment = SmallExperiments.Mnist() with { Pixels = new(Dropout: dropout), Free = new(30, 0), Nudged = new(30, 0) };
        var rng = new Rng(1);
        var network = experiment.Network.Build();
        var readout = new Readout(network, experiment.Readout.Population, experiment.Readout.Paired, experiment.Readout.BuildCost());
        using var team = new WorkerTeam(2);
        using var machine = new Machine<double>(network, rng);
        using var learner = new EqProp<double>(
            machine,
            team,
            readout,
            experiment.Estimator,
            experiment.Free,
            experiment.Nudged,
            experiment.Pixels,
            rng,
            Count
        );
        int[] samples = [.. Enumerable.Range(0, Count)];
        learner.Gradient(set, samples, 1);
        var outputs = new double[Count * set.Targets.Width];
        learner.Predict(set, samples, experiment.Evaluation, outputs);
        return ([.. machine.Parameters.SelectMany(p => p.Gradients.ToArray())], outputs);
    }
}
