using Nagumo.Data;

namespace Nagumo.Tests.Data;

public sealed class NpyTests
{
    private static readonly Gen<NpyArray> arrays = Gen.Select(Gen.Int[0, 4].Array[0, 4], Gen.Int[0, 4], Gen.ULong)
        .Select(
            (shape, kind, seed) =>
            {
                var random = new Random((int)seed);
                var count = shape.Aggregate(1, (product, n) => product * n);
                var bits = new long[count];
                for (var i = 0; i < count; i++)
                {
                    bits[i] = random.NextInt64(long.MinValue, long.MaxValue);
                }
                Array values = kind switch
                {
                    0 => Array.ConvertAll(bits, b => BitConverter.Int32BitsToSingle((int)b)),
                    1 => Array.ConvertAll(bits, BitConverter.Int64BitsToDouble),
                    2 => Array.ConvertAll(bits, b => (byte)b),
                    3 => Array.ConvertAll(bits, b => (int)b),
                    _ => bits,
                };
                return new NpyArray(values, shape);
            }
        );

    /// <summary>Files written by numpy.save, NumPy 1.24.</summary>
    public static TheoryData<NpyArray, string, string> ByNumPy =>
        new()
        {
            { new NpyArray(new float[] { 0, 1, 2, 3, 4, 5 }, 2, 3), "'<f4' (2, 3)", "000000000000803f0000004000004040000080400000a040" },
            { new NpyArray(new long[] { 1, -2 }, 2), "'<i8' (2,)", "0100000000000000feffffffffffffff" },
            { new NpyArray(new[] { 2.5 }), "'<f8' ()", "0000000000000440" },
            { new NpyArray(Array.Empty<byte>(), 0, 3), "'|u1' (0, 3)", "" },
        };

    [Theory]
    [MemberData(nameof(ByNumPy))]
    public void WritesTheBytesOfNumPy(NpyArray array, string typeAndShape, string data)
    {
        var parts = typeAndShape.Split(' ', 2);
        var header = $"{{'descr': {parts[0]}, 'fortran_order': False, 'shape': {parts[1]}, }}";
        byte[] expected =
        [
            .. Convert.FromHexString("934e554d505901007600"),
            .. System.Text.Encoding.ASCII.GetBytes(header.PadRight(117) + "\n"),
            .. Convert.FromHexString(data),
        ];
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(Bytes(array)));
        AssertSame(array, Npy.Read(expected, "x"));
    }

    [Fact]
    public void RoundTripsBitByBit() =>
        arrays.Sample(array =>
        {
            var bytes = Bytes(array);
            Assert.Equal(0, (bytes.Length - Buffer.ByteLength(array.Values)) % 64);
            AssertSame(array, Npy.Read(bytes, "x"));
        });

    [Fact]
    public void NpzRoundTripsAndEqualArraysGiveEqualBytes() =>
        Gen.Select(arrays.Array[0, 4], Gen.Bool)
            .Sample(
                (all, compress) =>
                {
                    var named = all.Select((a, i) => KeyValuePair.Create($"layer{i}/w", a)).ToArray();
                    using var first = new MemoryStream();
                    using var second = new MemoryStream();
                    Npz.Write(first, named, compress);
                    Npz.Write(second, named, compress);
                    Assert.Equal(first.ToArray(), second.ToArray());
                    first.Position = 0;
                    var read = Npz.Read(first, "x");
                    Assert.Equal(named.Length, read.Count);
                    Assert.All(named, pair => AssertSame(pair.Value, read[pair.Key]));
                }
            );

    [Fact]
    public void FilesAppearWhole()
    {
        using var temp = new TempFolder();
        var array = new NpyArray(new[] { 1f, 2f }, 2);
        Npy.Write(temp.At("a.npy"), array);
        AssertSame(array, Npy.Read(temp.At("a.npy")));
        Npz.Write(temp.At("a.npz"), [KeyValuePair.Create("a", array)]);
        var before = File.ReadAllBytes(temp.At("a.npz"));
        var twice = new[] { KeyValuePair.Create("a", array), KeyValuePair.Create("a", array) };
        var error = Assert.Throws<ArgumentException>(() => Npz.Write(temp.At("a.npz"), twice));
        Assert.StartsWith("The array name 'a' is empty or occurs twice.", error.Message);
        Assert.Equal(before, File.ReadAllBytes(temp.At("a.npz")));
        Assert.Equal(2, Directory.GetFiles(temp.Path).Length);
        AssertSame(array, Npz.Read(temp.At("a.npz"))["a"]);
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, "npy of type '>f4'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8, "npy of type '|O'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4, "npy of type ''")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", 16, "column-major npy")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 7, "7 bytes of data; shape [2] of '<f4' needs 8")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 9, "9 bytes of data")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, }", 4, "no shape")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", 4, "'99999999999' is too large")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 2000000000, 2000000000), }", 4, "too many values")]
    public void RefusesWithTheReason(string header, int data, string message)
    {
        var text = System.Text.Encoding.ASCII.GetBytes(header + "\n");
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. text, .. new byte[data]];
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Npy.Read(file, "x")).Message);
    }

    /// <summary>Whatever the damage, the answer is an array or InvalidDataException.</summary>
    [Fact]
    public void DamageIsRefusedOrHarmless() =>
        Gen.Select(arrays, Gen.Int[0, 300], Gen.Byte, Gen.Int[0, 300])
            .Sample(
                (array, at, value, cut) =>
                {
                    var bytes = Bytes(array);
                    bytes[at % bytes.Length] = value;
                    try
                    {
                        Npy.Read(bytes.AsSpan(0, Math.Min(bytes.Length, cut)), "x");
                    }
                    catch (InvalidDataException)
                    {
                        // Refused with its own exception: the other allowed outcome. Any other exception fails the test.
                    }
                }
            );

    [Fact]
    public void RefusesWhatCannotBeStored()
    {
        Assert.StartsWith("String[] cannot be stored", Assert.Throws<ArgumentException>(() => new NpyArray(new string[1], 1)).Message);
        Assert.StartsWith("Shape [2, 2] does not hold 3", Assert.Throws<ArgumentException>(() => new NpyArray(new int[3], 2, 2)).Message);
        var wrong = Assert.Throws<InvalidDataException>(() => new NpyArray(new int[1], 1).As<float>());
        Assert.Equal("The array holds Int32[], not Single[].", wrong.Message);
        Assert.StartsWith("x: ", Assert.Throws<InvalidDataException>(() => Npz.Read(new MemoryStream([1, 2, 3]), "x")).Message);
    }

    private static byte[] Bytes(NpyArray array)
    {
        using var stream = new MemoryStream();
        Npy.Write(stream, array);
        return stream.ToArray();
    }

    private static void AssertSame(NpyArray expected, NpyArray actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Values.GetType(), actual.Values.GetType());
        Assert.Equal(Raw(expected.Values), Raw(actual.Values));
    }

    private static byte[] Raw(Array values)
    {
        var raw = new byte[Buffer.ByteLength(values)];
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length);
        return raw;
    }
}
