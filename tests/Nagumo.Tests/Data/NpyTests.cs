using Nagumo.Data;

namespace Nagumo.Tests.Data;

public sealed class NpyTests
{
    private static readonly Gen<NpyArray> arrays = Gen.Select(Gen.Int[0, 4].Array[0, 4], Gen.Int[0, 5], Gen.ULong)
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
                    4 => Array.ConvertAll(bits, b => b < 0),
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
        arrays.ForAll(array =>
        {
            var bytes = Bytes(array);
            Assert.Equal(0, (bytes.Length - Buffer.ByteLength(array.Values)) % 64);
            AssertSame(array, Npy.Read(bytes, "x"));
        });

    [Fact]
    public void NpzRoundTripsAndEqualArraysGiveEqualBytes() =>
        Gen.Select(arrays.Array[0, 4], Gen.Bool)
            .ForAll(
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
    [InlineData("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", 16, "npy of type '<f16'; floats of 16 to 64 bits")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, "npy of complex numbers")]
    [InlineData("{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }", 12, "npy of text")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8, "npy of Python objects")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", 4, "npy of records")]
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

    /// <summary>numpy.save of NumPy 1.24: numpy.arange(6).reshape(2, 3) in other types, byte orders and orders of axes, as bytes of data.</summary>
    [Theory]
    [InlineData("<f4", true, "0000000000004040 0000803f00008040 000000400000a040")]
    [InlineData(">f4", false, "000000003f80000040000000404000004080000040a00000")]
    [InlineData(">f8", true, "00000000000000004008000000000000 3ff00000000000004010000000000000 40000000000000004014000000000000")]
    [InlineData("<f2", false, "0000003c0040004200440045")]
    [InlineData(">f2", false, "00003c004000420044004500")]
    [InlineData("|i1", false, "000102030405")]
    [InlineData("|u1", true, "000301040205")]
    [InlineData("<u2", false, "000001000200030004000500")]
    [InlineData(">i2", true, "000000030001000400020005")]
    [InlineData("<i4", true, "0000000003000000010000000400000002000000050000 00")]
    [InlineData("<u4", false, "000000000100000002000000030000000400000005000000")]
    [InlineData(">u4", false, "000000000000000100000002000000030000000400000005")]
    [InlineData("<u8", false, "000000000000000001000000000000000200000000000000030000000000000004000000000000000500000000000000")]
    [InlineData(">i8", false, "000000000000000000000000000000010000000000000002000000000000000300000000000000040000000000000005")]
    public void ReadsWhatNumPyWrites(string type, bool fortran, string data)
    {
        var array = Npy.Read(NpyFile(type, fortran, "(2L, 3L)", Convert.FromHexString(data.Replace(" ", ""))), "x");
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([0f, 1, 2, 3, 4, 5], array.ToSingles());
    }

    [Fact]
    public void SignsAndBoolsAndLargeNumbersAreKept()
    {
        Assert.Equal([-1, -128], Npy.Read(NpyFile("|i1", false, "(2,)", [0xff, 0x80]), "x").As<int>());
        Assert.Equal([4294967295], Npy.Read(NpyFile("<u4", false, "(1,)", [255, 255, 255, 255]), "x").As<long>());
        Assert.Equal([true, false], Npy.Read(NpyFile("|b1", false, "(2,)", [1, 0]), "x").As<bool>());
        Assert.Equal([1f, 0f], Npy.Read(NpyFile("|b1", false, "(2,)", [1, 0]), "x").ToSingles());
        Assert.Equal([-2f], Npy.Read(NpyFile("<f2", false, "(1,)", [0, 0xc0]), "x").As<float>());
        Assert.Contains(
            "the uint64 value 18446744073709551615 is above",
            Assert
                .Throws<InvalidDataException>(() => Npy.Read(NpyFile("<u8", false, "(1,)", [.. Enumerable.Repeat((byte)255, 8)]), "x"))
                .Message
        );
    }

    /// <summary>One flipped bit, in a stored or a packed entry: refused by the archive's checksum, which .NET does not compare.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ADamagedArchiveIsRefused(bool compress)
    {
        using var file = new MemoryStream();
        Npz.Write(file, [KeyValuePair.Create("w", new NpyArray(Enumerable.Range(0, 500).Select(i => (float)i).ToArray(), 500))], compress);
        var bytes = file.ToArray();
        int refused = 0,
            header = "w.npy".Length + 30;
        for (var at = header; at < header + 400; at += 7)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 4;
            var error = Assert.Throws<InvalidDataException>(() => Npz.Read(new MemoryStream(damaged), "x"));
            Assert.StartsWith("x: ", error.Message);
            refused += error.Message.Contains("CRC-32", StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.True(refused > 0);
    }

    /// <summary>A small archive of huge arrays is refused by what its headers say, before it is unpacked.</summary>
    [Fact]
    public void AnArchiveThatIsTooLargeIsNotUnpacked()
    {
        using var file = new MemoryStream();
        Npz.Write(file, [KeyValuePair.Create("w", new NpyArray(new float[1 << 20], 1 << 20))], compress: true);
        Assert.True(file.Length < 1 << 14);
        var before = GC.GetAllocatedBytesForCurrentThread();
        file.Position = 0;
        var error = Assert.Throws<InvalidDataException>(() => Npz.Read(file, "x", mostBytes: 1000));
        Assert.Contains("shape [1048576] makes the file larger than the 1000 bytes", error.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    private static byte[] NpyFile(string type, bool fortran, string shape, byte[] data)
    {
        var text = System.Text.Encoding.ASCII.GetBytes(
            $"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}\n"
        );
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. text, .. data];
    }

    /// <summary>Whatever the damage, the answer is an array or InvalidDataException.</summary>
    [Fact]
    public void DamageIsRefusedOrHarmless() =>
        Gen.Select(arrays, Gen.Int[0, 300], Gen.Byte, Gen.Int[0, 300])
            .ForAll(
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

    /// <summary>Names of classes, as NumPy keeps text: UTF-32 of one length, read back as they were.</summary>
    [Fact]
    public void TextsAreKept()
    {
        string[] names = ["setosa", "Ä", "", "🜁x"];
        using var stream = new MemoryStream();
        Npz.Write(stream, [KeyValuePair.Create("names", new NpyArray(names, 4))]);
        stream.Position = 0;
        Assert.Equal(names, Npz.Read(stream, "t.npz", takesText: true)["names"].Values);
        stream.Position = 0;
        Assert.Contains("npy of text", Assert.Throws<InvalidDataException>(() => Npz.Read(stream, "t.npz")).Message);
        Assert.Equal("<U6", Npy.Descriptor(names));
        Assert.Throws<InvalidDataException>(() => new NpyArray(names, 4).ToSingles());
    }

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
