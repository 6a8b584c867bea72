using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

/// <summary>Rest states as arrays: they fulfil the neurons' equations, written down here once more.</summary>
public sealed class RestStatesTests
{
    private const double A = 0.7,
        Gamma = 0.8;

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void States_fulfil_the_equations(double beta)
    {
        using var trainer = new Trainer(SmallExperiments.Mnist(), SmallExperiments.Images(100), threads: 1);
        var set = SmallExperiments.Images(100).Train;
        int[] samples = [.. Enumerable.Range(5, 70)];
        var free = trainer.States(set, samples, new(200, 1e-6));
        var states = beta == 0 ? free : trainer.States(set, samples, new(200, 1e-6), beta);
        Assert.True(states.Relaxation.Converged);
        double[] x = Of(states, "x", 784),
            u = Of(states, "h.u", 12),
            v = Of(states, "h.v", 12),
            z = Of(states, "out.u", 10);
        var weights = trainer.Weights().ToDictionary(w => w.Key, w => w.Value.ToSingles());
        float[] w1 = weights["x-h.W"],
            w2 = weights["h-out.W"];
        for (int s = 0; s < samples.Length; s++)
        {
            double[] softmax = Softmax(Of(free, "readout", 10)[(10 * s)..(10 * s + 10)]);
            for (int i = 0; i < 12; i++)
            {
                double drive = weights["h.bias.b"][i];
                for (int j = 0; j < 784; j++)
                    drive += w1[784 * i + j] * x[784 * s + j];
                for (int c = 0; c < 10; c++)
                    drive += w2[12 * c + i] * z[10 * s + c];
                double ui = u[12 * s + i];
                Assert.Equal(0, ui - ui * ui * ui / 3 - v[12 * s + i] + drive, 5e-5);
                Assert.Equal((ui + A) / Gamma, v[12 * s + i], 1e-5);
            }
            for (int c = 0; c < 10; c++)
            {
                double drive = weights["out.bias.b"][c];
                for (int i = 0; i < 12; i++)
                    drive += w2[12 * c + i] * u[12 * s + i];
                // The cross-entropy of softmax(κ z), κ = 5: −β ∂C/∂z of the free state.
                drive -= beta * 5 * (softmax[c] - (set.Labels[samples[s]] == c ? 1 : 0));
                Assert.Equal(drive, z[10 * s + c], 2e-5);
            }
        }
        Assert.Equal(samples, states.Arrays.First(a => a.Key == "index").Value.As<int>());
        Assert.Equal([.. samples.Select(i => set.Labels[i])], states.Arrays.First(a => a.Key == "label").Value.As<int>());

        double[] Softmax(double[] free) => [.. free.Select(f => Math.Exp(5 * f) / free.Sum(g => Math.Exp(5 * g)))];
    }

    /// <summary>A watched relaxation begins at the feed-forward start, gets nearer with each sweep, and ends where one that is not watched does.</summary>
    [Fact]
    public void Sweeps_are_watched()
    {
        using var trainer = new Trainer(SmallExperiments.Mnist(), SmallExperiments.Images(100), threads: 1);
        var set = SmallExperiments.Images(100).Train;
        int[] samples = [.. Enumerable.Range(0, 70)];
        RestStates states = trainer.States(set, samples, new(200, 1e-6)),
            watched = trainer.States(set, samples, new(200, 1e-6), watch: true);
        int[] shape = watched.Arrays.First(a => a.Key == "h.u").Value.Shape;
        Assert.Equal([watched.Relaxation.Sweeps + 1, 70, 12], shape);
        double[] way = Of(watched, "h.u", 12),
            end = Of(states, "h.u", 12);
        Assert.All(Enumerable.Range(0, end.Length), i => Assert.Equal(end[i], way[^(end.Length - i)], 1e-5));
        double[] residual = watched.Arrays.First(a => a.Key == "residual").Value.As<double>();
        Assert.All(Enumerable.Range(70, residual.Length - 70), i => Assert.True(residual[i] <= residual[i - 70] || residual[i] <= 1e-6));
        Assert.Contains("readout", watched.Arrays.Select(a => a.Key));
    }

    [Fact]
    public void What_cannot_be_given_is_refused()
    {
        using var trainer = new Trainer(SmallExperiments.Mnist(), SmallExperiments.Images(20), threads: 1);
        var set = SmallExperiments.Images(20).Train;
        Assert.Contains("samples 0 to 19", Assert.Throws<ArgumentException>(() => trainer.States(set, [20])).Message);
        Assert.Contains("name at least one", Assert.Throws<ArgumentException>(() => trainer.States(set, [])).Message);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => trainer.States(set, [0], beta: double.NaN)).Message);
    }

    private static double[] Of(RestStates states, string name, int width)
    {
        var array = states.Arrays.First(a => a.Key == name).Value;
        Assert.Equal(width, array.Shape[^1]);
        return array.Values is double[] x ? x : Array.ConvertAll(array.As<float>(), f => (double)f);
    }
}
