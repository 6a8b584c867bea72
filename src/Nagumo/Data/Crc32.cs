namespace Nagumo.Data;

/// <summary>The checksum of PNG chunks and ZIP entries: CRC-32, polynomial 0xEDB88320 reflected. [ISO 3309; ITU-T V.42]</summary>
internal static class Crc32
{
    private static readonly uint[] table = MakeTable();

    /// <summary>The checksum of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Extend(uint.MaxValue, bytes);

    /// <summary>The running register, <see cref="uint.MaxValue"/> before the first byte; its complement is the checksum.</summary>
    public static uint Extend(uint register, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            register = table[(byte)(register ^ b)] ^ (register >> 8);
        }
        return register;
    }

    private static uint[] MakeTable()
    {
        var made = new uint[256];
        for (var n = 0u; n < made.Length; n++)
        {
            var c = n;
            for (var bit = 0; bit < 8; bit++)
            {
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            }
            made[n] = c;
        }
        return made;
    }
}
