namespace Nagumo.Data;

/// <summary>Which samples train and which are held out for validation: two disjoint ascending lists that cover the set.</summary>
/// <param name="Train">Sample indices for training, ascending.</param>
/// <param name="Held">Sample indices held out, ascending.</param>
public sealed record Split(int[] Train, int[] Held)
{
    /// <summary>Holds out samples of every class in proportion to its size (of all alike where targets are numbers); the rest of the rounding goes to the largest remainders, lower
    /// class first. Which samples are held depends on the labels, <paramref name="held"/> and <paramref name="seed"/> alone.</summary>
    /// <param name="set">The samples, usually a training split.</param>
    /// <param name="held">How many to hold out, 0 to the number of samples (10,000 of MNIST's 60,000 leaves the usual 50,000).</param>
    /// <param name="seed">Any value; other seeds hold out other samples.</param>
    public static Split Stratified(Samples set, int held, ulong seed) =>
        Stratified(set.Targets is ClassTargets classes ? classes.Labels : new int[set.Count], held, seed);

    /// <inheritdoc cref="Stratified(Samples, int, ulong)"/>
    /// <param name="labels">The class of each sample; the same for all where there are no classes.</param>
    internal static Split Stratified(ReadOnlySpan<int> labels, int held, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(held);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(held, labels.Length);
        var most = -1;
        foreach (var label in labels)
        {
            most = Math.Max(most, label);
        }
        var counts = new int[most + 1];
        foreach (var label in labels)
        {
            counts[label]++;
        }
        var quota = Quotas(counts, held, labels.Length);
        var isHeld = new bool[labels.Length];
        foreach (var sample in Shuffled(labels.Length, seed))
        {
            ref var left = ref quota[labels[sample]];
            if (left > 0)
            {
                left--;
                isHeld[sample] = true;
            }
        }
        var all = Enumerable.Range(0, labels.Length).ToArray();
        return new Split(all.Where(i => !isHeld[i]).ToArray(), all.Where(i => isHeld[i]).ToArray());
    }

    private static int[] Quotas(int[] counts, int held, int total)
    {
        var quota = counts.Select(n => total == 0 ? 0 : (int)((long)n * held / total)).ToArray();
        var byRemainder = Enumerable.Range(0, counts.Length).OrderByDescending(c => total == 0 ? 0 : (long)counts[c] * held % total);
        foreach (var c in byRemainder.Take(held - quota.Sum()).ToArray())
        {
            quota[c]++;
        }
        return quota;
    }

    /// <summary>Fisher–Yates with SplitMix64 [Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195].</summary>
    private static int[] Shuffled(int count, ulong seed)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            seed += 0x9E3779B97F4A7C15;
            var z = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            var j = (int)Math.BigMul(z ^ (z >> 31), (ulong)(i + 1), out _);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
