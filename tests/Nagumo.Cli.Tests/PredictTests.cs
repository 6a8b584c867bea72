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
        byte[] pixels = DataSets.LoadCached("mnist-mini")!.Test.Bytes(7).ToArray();
        Npy.Write(_box["one.npy"], new NpyArray(pixels, 28, 28));
        Npy.Write(_box["two.npy"], new NpyArray((byte[])[.. pixels, .. pixels], 2, 28, 28));
        Npy.Write(_box["small.npy"], new NpyArray(new byte[27 * 28], 27, 28));
        File.WriteAllBytes(_box["one.pgm"], [.. Encoding.ASCII.GetBytes("P5 28 28 255\n"), .. pixels]);
        File.WriteAllText(_box["none.png"], "no picture");

        string expected = Answer(Sandbox.Run("predict", run, "mnist-mini:7"));
        Assert.Equal(expected, Answer(Sandbox.Run("predict", run, _box["one.npy"])));
        Assert.Equal(expected, Answer(Sandbox.Run("predict", run, _box["two.npy:1"])));
        Assert.Equal(expected, Answer(Sandbox.Run("predict", run, _box["one.pgm"])));

        Assert.Contains("shape [27, 28]", Sandbox.Run("predict", run, _box["small.npy"]).OneError(2));
        Assert.Contains("holds 2 pictures", Sandbox.Run("predict", run, _box["two.npy"]).OneError(2));
        Assert.Contains("give 0 to 1", Sandbox.Run("predict", run, _box["two.npy:2"]).OneError(2));
        Assert.Contains("neither PNG", Sandbox.Run("predict", run, _box["none.png"]).OneError(2));
        Assert.Contains("there is no picture", Sandbox.Run("predict", run, "nothing.png").OneError(2));
        Assert.Contains("Did you mean 'mnist'", Sandbox.Run("predict", run, "minst:0").OneError(2));
        Assert.Contains("give 0 to 999", Sandbox.Run("predict", run, "mnist-mini:1000").OneError(2));
    }

    /// <summary>What <c>train</c> suggests works: four lengths of a flower are no square picture.</summary>
    [Fact]
    public void AFlowerIsPredicted()
    {
        File.WriteAllText(_box["iris.json"], Sandbox.Flowers);
        var trained = Sandbox.Run("train", _box["iris.json"], "--out", _box["run"]);
        Assert.True(trained.Code == 0, trained.Error);
        var iris = DataSets.LoadCached("iris")!.Test;
        Npy.Write(_box["flower.npy"], new NpyArray(iris.Bytes(0).ToArray(), 1, 4));

        foreach (string what in (string[])["iris:0", _box["flower.npy"]])
        foreach (string model in (string[])[_box["run"], _box["run/weights.npz"], _box["run/checkpoint.bin"]])
        {
            var outcome = Sandbox.Run("predict", model, what, "--json");
            Assert.True(outcome.Code == 0, outcome.Error);
            Assert.Equal(iris.Labels[0], (int)System.Text.Json.Nodes.JsonNode.Parse(outcome.Output)!["class"]!);
        }
        Assert.Contains(
            "mnist-mini has samples of 28 × 28, the network reads 1 × 4",
            Sandbox.Run("predict", _box["run"], "mnist-mini:0").OneError(2)
        );
    }

    /// <summary>A picture that is visibly not what training saw gets its answer with a warning; dark ink is read on request.</summary>
    [Fact]
    public void OddPicturesAreWarnedOfAndInkIsInverted()
    {
        string run = _box.Train("run", "--epochs", "1");
        byte[] pixels = DataSets.LoadCached("mnist-mini")!.Test.Bytes(7).ToArray();
        byte[] dark = Array.ConvertAll(pixels, p => (byte)(255 - p));
        File.WriteAllBytes(_box["dark.pgm"], [.. Encoding.ASCII.GetBytes("P5 28 28 255\n"), .. dark]);
        File.WriteAllBytes(_box["blank.pgm"], [.. Encoding.ASCII.GetBytes("P5 28 28 255\n"), .. new byte[784]]);

        var odd = Sandbox.Run("predict", run, _box["dark.pgm"]);
        Assert.Equal(0, odd.Code);
        Assert.Contains("warning: the answer may mean nothing", odd.Error);
        Assert.Contains("its ground is bright", odd.Error);
        Assert.Contains("nothing is lit", Sandbox.Run("predict", run, _box["blank.pgm"]).Error);
        Assert.Contains("\"warning\": \"nothing is lit", Sandbox.Run("predict", run, _box["blank.pgm"], "--json").Output);

        var inverted = Sandbox.Run("predict", run, _box["dark.pgm"], "--invert");
        Assert.Equal("", inverted.Error);
        Assert.Equal(Answer(Sandbox.Run("predict", run, "mnist-mini:7")), Answer(inverted));
        Assert.Contains("--invert is for pictures in files", Sandbox.Run("predict", run, "mnist-mini:7", "--invert").OneError(2));
    }

    /// <summary>One bit of the weights flips on the disk: no answer, but the archive's checksum. Other dialects of NumPy give the same answer.</summary>
    [Fact]
    public void DamagedWeightsAreRefusedAndDialectsAreRead()
    {
        string run = _box.Train("run", "--epochs", "1");
        byte[] weights = File.ReadAllBytes(Path.Combine(run, "weights.npz"));
        byte[] damaged = weights.ToArray();
        damaged[weights.Length / 2] ^= 4;
        File.WriteAllBytes(_box["damaged.npz"], damaged);
        string config = Path.Combine(run, "config.json");
        foreach (
            string[] command in (string[][])
                [
                    ["predict", _box["damaged.npz"], "mnist-mini:0"],
                    ["eval", _box["damaged.npz"]],
                ]
        )
            Assert.Contains("CRC-32", Sandbox.Run([.. command, "--config", config]).OneError(2));

        var wide = Npz.Read(Path.Combine(run, "weights.npz"))
            .Select(p => KeyValuePair.Create(p.Key, new NpyArray(Array.ConvertAll(p.Value.As<float>(), x => (double)x), p.Value.Shape)));
        Npz.Write(_box["wide.npz"], wide, compress: true);
        Assert.Equal(
            Answer(Sandbox.Run("predict", run, "mnist-mini:7")),
            Answer(Sandbox.Run("predict", _box["wide.npz"], "mnist-mini:7", "--config", config))
        );
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
