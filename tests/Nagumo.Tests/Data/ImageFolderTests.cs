using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

/// <summary>Pictures in a folder a class.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A PNG of 8 bits, grey (1 value a pixel) or in colour (3).</summary>
    internal static byte[] Png(int rows, int cols, byte[] pixels)
    {
        int step = pixels.Length / (rows * cols);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, cols);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows);
        (header[8], header[9]) = (8, step == 3 ? (byte)2 : (byte)0);
        using var body = new MemoryStream();
        using (var zlib = new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true))
            for (int y = 0; y < rows; y++)
                zlib.Write([0, .. pixels.AsSpan(y * cols * step, cols * step)]);
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", body.ToArray()), .. Chunk("IEND", [])];

        static byte[] Chunk(string type, byte[] content)
        {
            byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content],
                number = new byte[8];
            BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
            BinaryPrimitives.WriteUInt32BigEndian(number.AsSpan(4), Crc32.HashToUInt32(named));
            return [.. number.AsSpan(0, 4), .. named, .. number.AsSpan(4)];
        }
    }

    private string Put(string name, byte[] file)
    {
        string path = _folder.At(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, file);
        return path;
    }

    private RawData Read(DataOptions? options = null) => DataReader.Read((options ?? new DataOptions()) with { Source = _folder.Path });

    [Fact]
    public void GreyPicturesInAllFormats()
    {
        Put("cats/2.png", Png(2, 3, [1, 2, 3, 4, 5, 6]));
        Put("cats/1.pgm", "P5\n3 2\n255\nABCDEF"u8.ToArray());
        Put("dogs/1.ppm", "P3 3 2 255 9 9 9 8 8 8 7 7 7 6 6 6 5 5 5 4 4 4"u8.ToArray());
        Put("dogs/2.pgm.gz", Tiny.Gzip("P2 3 2 15 0 1 2 3 4 15"u8.ToArray()));
        Put("dogs/.hidden", [1]);
        var data = Read();
        Assert.Equal([4, 2, 3], data.Train.Inputs.Shape);
        Assert.Equal([65, 66, 67, 68, 69, 70, 1, 2, 3, 4, 5, 6, 9, 8, 7, 6, 5, 4, 0, 17, 34, 51, 68, 255], data.Train.Inputs.As<byte>());
        var classes = (RawTargets.OfClasses)data.Train.Targets!;
        Assert.Equal(["cats", "dogs"], classes.Names);
        Assert.Equal([0, 0, 1, 1], classes.Labels);
    }

    [Fact]
    public void ColourIsInPlanes()
    {
        Put("a/1.png", Png(1, 2, [1, 2, 3, 4, 5, 6]));
        Put("b/1.png", Png(1, 2, [7, 8]));
        Put("b/2.ppm", "P6 2 1 255\nABCDEF"u8.ToArray());
        Assert.Equal([3, 3, 1, 2], Read().Train.Inputs.Shape);
        Assert.Equal([1, 4, 2, 5, 3, 6, 7, 8, 7, 8, 7, 8, 65, 68, 66, 69, 67, 70], Read().Train.Inputs.As<byte>());
        Assert.Equal([3, 1, 2], Read(new() { Colour = "grey" }).Train.Inputs.Shape);
        Assert.Equal(ImageFile.Luma(1, 2, 3), Read(new() { Colour = "grey" }).Train.Inputs.As<byte>()[0]);
    }

    [Fact]
    public void TrainAndTestFolders()
    {
        Put("train/a/1.png", Png(1, 1, [1]));
        Put("train/b/1.png", Png(1, 1, [2]));
        Put("test/b/1.png", Png(1, 1, [3]));
        var data = Read();
        Assert.Equal([1, 2], data.Train.Inputs.As<byte>());
        Assert.Equal([3], data.Test!.Inputs.As<byte>());
        Assert.Equal([1], ((RawTargets.OfClasses)data.Test.Targets!).Labels);
    }

    [Fact]
    public void Refusals()
    {
        Assert.Contains("no folders in it", Message());
        Put("a/1.png", Png(1, 2, [1, 2]));
        string other = Put("b/1.png", Png(2, 1, [1, 2]));
        Assert.Contains($"{other}: 2 × 1 pixels (rows × columns), and {_folder.At("a", "1.png")} has 1 × 2", Message());
        Put("b/1.png", [0xff, 0xd8, 0xff, 0xe0]);
        Assert.Contains("JPEG, which is not read", Message());
        Put("b/1.png", "notes"u8.ToArray());
        Assert.Contains("neither PNG nor PGM", Message());
        Put("b/1.png", Png(1, 2, [1, 2])[..50]);
        Assert.Contains("the PNG ends inside a chunk", Message());

        string Message() => Assert.Throws<InvalidDataException>(() => Read()).Message;
    }
}
