namespace Nagumo.Compute;

/// <summary>Splits n rows over threads in multiples of a block.</summary>
internal static class Shares
{
    /// <summary>The rows [first, first + count) of part <paramref name="part"/> of <paramref name="parts"/>.</summary>
    public static (int First, int Count) Of(int n, int part, int parts, int block = 1)
    {
        int blocks = (n + block - 1) / block;
        int from = (int)((long)blocks * part / parts) * block,
            to = (int)((long)blocks * (part + 1) / parts) * block;
        return (Math.Min(from, n), Math.Min(to, n) - Math.Min(from, n));
    }
}
