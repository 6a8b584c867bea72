using System.Diagnostics;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

/// <summary>Samples in arrays: npz, pairs of npy and of IDX, as NumPy writes them.</summary>
public sealed class OwnArrayTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static RawData Read(string path, DataOptions? options = null) =>
        DataReader.Read((options ?? new DataOptions()) with { Source = path });

    private string Npz(params (string Name, NpyArray Array)[] arrays)
    {
        string path = _folder.At("a.npz");
        Nagumo.Data.Npz.Write(path, arrays.Select(a => KeyValuePair.Create(a.Name, a.Array)));
        return path;
    }

    private static NpyArray Bytes(int count) => new(Enumerable.Range(0, count * 6).Select(i => (byte)i).ToArray(), count, 2, 3);

    private static NpyArray Labels(params long[] labels) => new(labels, labels.Length);

    [Fact]
    public void BytesStayBytesAndClassesTheirNames()
    {
        var data = Read(Npz(("x", Bytes(4)), ("y", Labels(7, -2, 7, -2))));
        Assert.Equal([2, 3], data.Train.Shape);
        Assert.IsType<byte[]>(data.Train.Inputs.Values);
        var classes = (RawTargets.OfClasses)data.Train.Targets!;
        Assert.Equal(["-2", "7"], classes.Names);
        Assert.Equal([1, 0, 1, 0], classes.Labels);
    }

    [Fact]
    public void PartsAndOtherNames()
    {
        var divided = Read(Npz(("x_train", Bytes(4)), ("y_train", Labels(0, 1, 0, 1)), ("x_test", Bytes(2)), ("y_test", Labels(1, 0))));
        Assert.Equal((4, 2), (divided.Train.Count, divided.Test!.Count));
        Assert.Equal([1, 0], ((RawTargets.OfClasses)divided.Test.Targets!).Labels);
        var named = Read(Npz(("images", Bytes(4)), ("kind", Labels(0, 1, 0, 1))), new() { X = "images", Y = "kind" });
        Assert.Equal(4, named.Train.Count);
        Assert.Contains(
            "no array 'x' for the inputs; it holds 'images', 'kind'. Name them: data.x=NAME data.y=NAME",
            Assert.Throws<InvalidDataException>(() => Read(_folder.At("a.npz"))).Message
        );
    }

    [Fact]
    public void NumbersOneHotsAndClassesAskedFor()
    {
        var real = Read(Npz(("x", Bytes(3)), ("y", new NpyArray(new float[] { 1, 2.5f, 4, 5, 6, 7 }, 3, 2))));
        var numbers = (RawTargets.OfNumbers)real.Train.Targets!;
        Assert.Equal(["y0", "y1"], numbers.Names);
        Assert.Equal([1, 2.5, 4, 5, 6, 7], numbers.Values);
        var hot = Read(Npz(("x", Bytes(3)), ("y", new NpyArray(new float[] { 0, 1, 1, 0, 0, 1 }, 3, 2))));
        Assert.Equal([1, 0, 1], ((RawTargets.OfClasses)hot.Train.Targets!).Labels);
        string path = Npz(("x", Bytes(4)), ("y", new NpyArray(new double[] { 0, 1, 0, 1 }, 4)));
        Assert.IsType<RawTargets.OfNumbers>(Read(path).Train.Targets);
        Assert.IsType<RawTargets.OfClasses>(Read(path, new() { TargetKind = "classes" }).Train.Targets);
    }

    [Fact]
    public void Refusals()
    {
        Assert.Contains("x has 4 samples, and each needs its target", Message(("x", Bytes(4)), ("y", Labels(0, 1))));
        Assert.Contains(
            "x[1, 0] is NaN, and 1 more are",
            Message(("x", new NpyArray(new double[] { 1, 2, double.NaN, double.PositiveInfinity }, 2, 2)), ("y", Labels(0, 1)))
        );
        Assert.Contains("y[1] is NaN", Message(("x", Bytes(2)), ("y", new NpyArray(new float[] { 1, float.NaN }, 2))));
        Assert.Contains("no array 'y'", Message(("x", Bytes(2))));
        Assert.Contains("an array of shape []", Message(("x", new NpyArray(new byte[] { 1 })), ("y", Labels(1))));

        string Message(params (string, NpyArray)[] arrays) => Assert.Throws<InvalidDataException>(() => Read(Npz(arrays))).Message;
    }

    [Fact]
    public void PairsOfFiles()
    {
        Npy.Write(_folder.At("x_mine.npy"), Bytes(4));
        Npy.Write(_folder.At("y_mine.npy"), Labels(0, 1, 1, 0));
        Assert.Equal([0, 1, 1, 0], ((RawTargets.OfClasses)Read(_folder.At("x_mine.npy")).Train.Targets!).Labels);
        File.WriteAllBytes(_folder.At("a-images.gz"), Tiny.Gzip(Idx.Write(Bytes(4).As<byte>(), 4, 2, 3)));
        File.WriteAllBytes(_folder.At("a-labels.gz"), Tiny.Gzip(Idx.Write([0, 1, 1, 0], 4)));
        var idx = Read(_folder.At("a-images.gz"));
        Assert.Equal([2, 3], idx.Train.Shape);
        Assert.Equal([0, 1, 1, 0], ((RawTargets.OfClasses)idx.Train.Targets!).Labels);
        File.Move(_folder.At("y_mine.npy"), _folder.At("other.npy"));
        Assert.Contains(
            "name the file of the targets with data.y=FILE",
            Assert.Throws<InvalidDataException>(() => Read(_folder.At("x_mine.npy"))).Message
        );
        Assert.Equal(4, Read(_folder.At("x_mine.npy"), new() { Y = _folder.At("other.npy") }).Train.Count);
    }

    /// <summary>Files as the NumPy of this machine writes them, in all types and orders.</summary>
    [Fact]
    public void WhatNumPyWrites()
    {
        const string python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(python), "there is no /usr/bin/python3");
        string script = $"""
            import numpy as np
            x = np.arange(24).reshape(4, 2, 3); y = np.array([0, 1, 1, 0])
            for t in ['u1', 'i1', '<u2', '>i2', '<i4', '>u4', '<i8', '<f2', '<f4', '>f8', '?']:
                n = t.replace('<', 'l').replace('>', 'b').replace('?', 'bool')
                np.savez(f'C-{"{n}"}.npz', x=x.astype(t), y=y)
                np.savez_compressed(f'F-{"{n}"}.npz', x=np.asfortranarray(x.astype(t)), y=y.astype('u1'))
            """;
        var start = new ProcessStartInfo(python, ["-c", script]) { WorkingDirectory = _folder.Path, RedirectStandardError = true };
        using (var process = Process.Start(start)!)
        {
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.SkipWhen(error.Contains("No module named"), "there is no NumPy");
            Assert.Equal("", error);
        }
        string[] files = Directory.GetFiles(_folder.Path, "*.npz");
        Assert.Equal(22, files.Length);
        foreach (string file in files)
        {
            var data = Read(file);
            double[] row = new double[6];
            for (int i = 0; i < 4; i++)
            {
                data.Train.Read(i, row);
                Assert.Equal(Enumerable.Range(6 * i, 6).Select(v => file.Contains("bool") ? Math.Min(v, 1.0) : v), row);
            }
            Assert.Equal([0, 1, 1, 0], ((RawTargets.OfClasses)data.Train.Targets!).Labels);
        }
    }
}
