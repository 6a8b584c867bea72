using Nagumo.Data;

namespace Nagumo.Tests.Data;

public sealed class IdxTests
{
    [Fact]
    public void RoundTripsPlainAndGzipped() =>
        Gen
            .Byte.Array[0, 60]
            .ForAll(bytes =>
            {
                var file = Idx.Write(bytes, bytes.Length, 1);
                foreach (var form in new[] { file, Tiny.Gzip(file) })
                {
                    var read = Idx.Read(form, "x");
                    Assert.Equal([bytes.Length, 1], read.Shape);
                    Assert.Equal(bytes, read.Data.ToArray());
                }
            });

    [Fact]
    public void ReadsTheHeaderOfTheSpecification()
    {
        byte[] file = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
        var read = Idx.Read(file, "x");
        Assert.Equal([2, 1, 3], read.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Data.ToArray());
    }

    [Theory]
    [InlineData("504B0304", "x: not an IDX file; it begins with 504B0304")]
    [InlineData("", "x: not an IDX file")]
    [InlineData("00000D0100000001FFFFFFFF", "x: IDX type 0x0d; only unsigned bytes")]
    [InlineData("00000800", "x: IDX header of 0 dimensions")]
    [InlineData("0000080300000001", "x: IDX header of 3 dimensions in a file of 8 bytes")]
    [InlineData("00000801000000020A", "x: 9 bytes, but 2 samples and the header need 10")]
    [InlineData("00000801000000020A0B0C", "x: 11 bytes, but 2 samples")]
    [InlineData("00000801FFFFFFFF", "x: IDX dimensions too large")]
    [InlineData("000008027FFFFFFF7FFFFFFF", "x: IDX dimensions too large")]
    [InlineData("1F8B0800FF", "x: ")]
    public void RefusesWithTheReason(string hex, string message)
    {
        var error = Assert.Throws<InvalidDataException>(() => Idx.Read(Convert.FromHexString(hex), "x"));
        Assert.StartsWith(message, error.Message);
    }
}
