using System.IO.Compression;
using System.Security.Cryptography;

namespace Nagumo.Data;

/// <summary>The part of MNIST that ships inside the library.</summary>
/// <remarks>Rule: of the N samples of a class, in the order of the MNIST file, take those at ⌊i·N/n⌋ for i = 0 … n − 1 (spread over the whole
/// file, whose halves differ in difficulty); then all chosen samples in the order of the file. The resource is four IDX files back to back
/// (training images, training labels, test images, test labels) under Brotli.</remarks>
internal static class MnistMini
{
    public const int TrainPerClass = 500;
    public const int TestPerClass = 100;
    private const string resource = "Nagumo.Data.mnist-mini.idx.br";
    private const string sha256 = "d4efacd131e40c04396dc81c9b32869584b3f816b69d2bb191c64d97e9c4b358";

    public static DataSet Load(string name)
    {
        ReadOnlyMemory<byte> rest = Unpack();
        var arrays = new IdxArray[4];
        for (var i = 0; i < arrays.Length; i++)
        {
            arrays[i] = Idx.ReadFirst(rest, name, out rest);
        }
        return new DataSet(name, DataSets.Pair(arrays[0], arrays[1], 10, name), DataSets.Pair(arrays[2], arrays[3], 10, name));
    }

    /// <summary>The uncompressed resource.</summary>
    public static byte[] Unpack()
    {
        using var packed =
            typeof(MnistMini).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidDataException($"The library was built without its resource {resource}.");
        using var brotli = new BrotliStream(packed, CompressionMode.Decompress);
        using var unpacked = new MemoryStream();
        brotli.CopyTo(unpacked);
        var bytes = unpacked.ToArray();
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256
            ? bytes
            : throw new InvalidDataException($"The resource {resource} is damaged: its SHA-256 is wrong.");
    }

    /// <summary>Makes the uncompressed resource from the whole of MNIST by the rule.</summary>
    public static byte[] Make(DataSet mnist)
    {
        var train = mnist.Train.Select(Choose(mnist.Train, TrainPerClass));
        var test = mnist.Test.Select(Choose(mnist.Test, TestPerClass));
        return
        [
            .. Idx.Write(train.AllBytes, train.Count, train.Rows, train.Cols),
            .. Idx.Write(Bytes(train.Labels), train.Count),
            .. Idx.Write(test.AllBytes, test.Count, test.Rows, test.Cols),
            .. Idx.Write(Bytes(test.Labels), test.Count),
        ];
    }

    private static byte[] Bytes(ReadOnlySpan<int> labels) => Array.ConvertAll(labels.ToArray(), label => (byte)label);

    private static int[] Choose(Samples set, int perClass)
    {
        var counts = set.Classes.Counts();
        var seen = new int[counts.Length];
        var taken = new int[counts.Length];
        var chosen = new List<int>();
        for (var i = 0; i < set.Count; i++)
        {
            var label = set.Labels[i];
            var next = (long)taken[label] * counts[label] / perClass;
            if (taken[label] < perClass && seen[label]++ == next)
            {
                taken[label]++;
                chosen.Add(i);
            }
        }
        return chosen.ToArray();
    }
}
