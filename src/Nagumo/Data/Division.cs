using System.Globalization;

namespace Nagumo.Data;

/// <summary>What is trained on and what is tested on.</summary>
/// <param name="Train">Where the training samples are, and which.</param>
/// <param name="Test">Where the test samples are, and which.</param>
/// <param name="How">In words.</param>
internal sealed record Division((RawSamples From, int[] Samples) Train, (RawSamples From, int[] Samples) Test, string How)
{
    /// <summary>Divides data as the options say: their own parts, a list of indices, or a share drawn by a seed; of classes in proportion.</summary>
    public static Division Of(RawData data, DataOptions options)
    {
        if (data.Test is { } test)
            return new(
                (data.Train, All(data.Train.Count)),
                (test, All(test.Count)),
                options.TestFile is { } file ? $"tested on {file}" : "tested on its own test part"
            );
        if (options.TestIndices is { } list)
        {
            int[] tested = IndexFile.Read(list, data.Train.Count);
            var isTested = tested.ToHashSet();
            return new(
                (data.Train, [.. All(data.Train.Count).Where(i => !isTested.Contains(i))]),
                (data.Train, tested),
                $"tested on the indices of {list}"
            );
        }
        double share = options.TestShare ?? DataOptions.DefaultShare;
        int count = data.Train.Count,
            held = (int)Math.Round(share * count, MidpointRounding.AwayFromZero);
        if (held < 1 || held >= count)
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{options.Source}: {Counted.Of(count, "sample")} cannot be divided, {share:0.###} of them to test on; at least one each is needed."
                )
            );
        int[] labels = data.Train.Targets is RawTargets.OfClasses classes ? classes.Labels : new int[count];
        var split = Split.Stratified(labels, held, options.Seed);
        return new(
            (data.Train, split.Train),
            (data.Train, split.Held),
            string.Create(
                CultureInfo.InvariantCulture,
                $"tested on {100 * share:0.##} %{(data.Train.Targets is RawTargets.OfClasses ? " of each class" : "")}, drawn with data.seed = {options.Seed}"
            )
        );
    }

    private static int[] All(int count) => [.. Enumerable.Range(0, count)];
}
