using System.Text;
using Nagumo.Data;

namespace Nagumo.Cli.Tests;

public sealed class PredictTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void PicturesAreReadDrawnAndRefused()
    {
        string run = _box.Train("run", "--epochs", "1");
        byte[] pixels = DataSets.LoadCached("mnist-mini")!.Test.Image(7).ToArray();
        Npy.Write(_box["one.npy"], new NpyArray(pixels, 28, 28));
        Npy.Write(_box["two.npy"], new NpyArray((byte[])[.. pixels, .. pixels], 2, 28, 28));
        Npy.Write(_box["small.npy"], new NpyArray(new byte[27 * 28], 27, 28));
        File.WriteAllBytes(_box["one.pgm"], [.. Encoding.ASCII.GetBytes("P5 28 28 255\n"), .. pixels]);
        File.WriteAllText(_box["none.png"], "no picture");

        string expected = Answer(Sandbox.Run("predict", run, "mnist-mini:7"));
        Assert.Equal(expected, Answer(Sandbox.Run("predict", run, _box["one.npy"])));
        Assert.Equal(expected, Answer(Sandbox.Run("predict", run, _box["two.npy:1"])));
        Assert.Equal(expected, Answer(Sandbox.Run("predict", run, _box["one.pgm"])));

        Assert.Contains("27 × 28", Sandbox.Run("predict", run, _box["small.npy"]).OneError(2));
        Assert.Contains("holds 2 pictures", Sandbox.Run("predict", run, _box["two.npy"]).OneError(2));
        Assert.Contains("give 0 to 1", Sandbox.Run("predict", run, _box["two.npy:2"]).OneError(2));
        Assert.Contains("neither PNG", Sandbox.Run("predict", run, _box["none.png"]).OneError(2));
        Assert.Contains("there is no picture", Sandbox.Run("predict", run, "nothing.png").OneError(2));
        Assert.Contains("Did you mean 'mnist'", Sandbox.Run("predict", run, "minst:0").OneError(2));
        Assert.Contains("give 0 to 999", Sandbox.Run("predict", run, "mnist-mini:1000").OneError(2));
    }

    [Fact]
    public void ANetworkThatDoesNotComeToRestIsExitCode3()
    {
        string run = _box.Train("run", "--epochs", "1", "--set", "evaluation.max_sweeps=1", "--set", "evaluation.tolerance=1e-9");

        Assert.Equal(3, Sandbox.Run("eval", run).Code);
        Assert.Equal(3, Sandbox.Run("predict", run, "mnist-mini:0").Code);
    }

    /// <summary>Picture and probabilities, without the label that only a data set knows.</summary>
    private static string Answer(Outcome outcome)
    {
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("▀", outcome.Output);
        return outcome.Output[..outcome.Output.IndexOf("answer", StringComparison.Ordinal)].Replace("  label", "");
    }
}
